/** What the loader says of addons and libraries that are missing, damaged or of other versions, before it loads any. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Candidate, examine } from '../../../lib/addon/candidate.js';
import { chooseCuda, leaveCuda } from '../../../lib/addon/cuda.js';
import { loadAddon } from '../../../lib/addon/load.js';
import { isOlder, thisPlatform, unsupported } from '../../../lib/addon/platform.js';
import { version } from '../../../lib/package.js';
import { temporaryDir } from '../../helpers/tiny.js';

afterEach(() => vi.unstubAllEnvs());

interface Files {
  [name: string]: string | object;
}

/** Writes files into a fresh folder and points GANODE_ADDON at `ganode.node` there. */
async function explicit(files: Files): Promise<string> {
  const dir = await temporaryDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dir, name, '..'), { recursive: true });
    await writeFile(
      join(dir, name),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }
  vi.stubEnv('GANODE_ADDON', join(dir, 'ganode.node'));
  return dir;
}

const cpu = { version: '2.13.0', variant: 'cpu' };
const manifest = { ganode: version, libtorch: cpu, files: [{ name: 'ganode.node', bytes: 5 }] };
const runtime = { package: '@ganode/libtorch-cpu-linux-x64', version: '2.13.0' };
const runtimeDir = `node_modules/${runtime.package}`;

describe('loadAddon', () => {
  it('says what GANODE_ADDON names, and looks nowhere else', async () => {
    vi.stubEnv('GANODE_ADDON', '/nowhere/ganode.node');
    expect(loadAddon).toThrow(
      /^The native addon could not be loaded\. Tried GANODE_ADDON: \/nowhere\/ganode\.node is not there\. To mend it: set GANODE_ADDON/,
    );
  });

  it.each<[string, Files, RegExp]>([
    ['no library', { 'ganode.node': 'x' }, /invalid ELF header|file too short/],
    [
      'an addon of another version of ganode',
      { 'ganode.node': '12345', 'manifest.json': { ...manifest, ganode: '0.0.1' } },
      /ganode\.node is of ganode 0\.0\.1, this is \d/,
    ],
    [
      'a truncated addon',
      { 'ganode.node': '123', 'manifest.json': manifest },
      /ganode\.node is damaged: expected 5 bytes but it has 3/,
    ],
    [
      'a libtorch that went away',
      {
        'ganode.node': '12345',
        'manifest.json': {
          ...manifest,
          files: [{ name: '/nowhere/lib/libtorch_cpu.so', bytes: 1 }],
        },
      },
      /\/nowhere\/lib\/libtorch_cpu\.so is missing/,
    ],
    [
      'a manifest that is none',
      { 'ganode.node': 'x', 'manifest.json': '{' },
      /manifest\.json cannot be read/,
    ],
    [
      'an empty manifest',
      { 'ganode.node': 'x', 'manifest.json': {} },
      /does not say which libtorch/,
    ],
    [
      'no runtime package',
      { 'ganode.node': '12345', 'manifest.json': { ...manifest, runtime } },
      /its package @ganode\/libtorch-cpu-linux-x64 is missing\. To mend it: `npm uninstall ganode && npm install ganode@/,
    ],
    [
      'a runtime package of another version',
      {
        'ganode.node': '12345',
        'manifest.json': { ...manifest, runtime },
        [`${runtimeDir}/manifest.json`]: { libtorch: { ...cpu, version: '2.12.1' }, files: [] },
      },
      /it needs libtorch 2\.13\.0 \(cpu\), but \S+ has libtorch 2\.12\.1 \(cpu\)/,
    ],
    [
      'a runtime package of another variant',
      {
        'ganode.node': '12345',
        'manifest.json': { ...manifest, runtime },
        [`${runtimeDir}/manifest.json`]: { libtorch: { ...cpu, variant: 'cuda' }, files: [] },
      },
      /but \S+ has libtorch 2\.13\.0 \(cuda\)/,
    ],
    [
      'a truncated library',
      {
        'ganode.node': '12345',
        'manifest.json': { ...manifest, runtime },
        [`${runtimeDir}/manifest.json`]: {
          libtorch: cpu,
          files: [{ name: 'lib/libtorch_cpu.so', bytes: 100 }],
        },
        [`${runtimeDir}/lib/libtorch_cpu.so`]: 'short',
      },
      /libtorch_cpu\.so is damaged: expected 100 bytes but it has 5/,
    ],
    [
      'an old glibc',
      { 'ganode.node': '12345', 'manifest.json': { ...manifest, glibc: '99.1' } },
      /it needs glibc 99\.1 or newer, this system has \d+\.\d+/,
    ],
  ])('refuses %s, in one line', async (_, files, message) => {
    await explicit(files);
    expect(loadAddon).toThrow(expect.objectContaining({ name: 'GanodeError', code: 'ADDON' }));
    expect(loadAddon).toThrow(message);
    expect(loadAddon).toThrow(/^[^\n]*$/);
  });

  it('loads the addon of this clone, again and again, but no addon for another libtorch beside it', async () => {
    expect(loadAddon()).toBe(loadAddon());
    const dir = await explicit({
      'ganode.node': '12345',
      'libtorch_cpu.so': 'other',
      'manifest.json': { ...manifest, files: [{ name: 'libtorch_cpu.so', bytes: 5 }] },
    });
    expect(loadAddon).toThrow(
      new RegExp(
        `it needs ${dir}/libtorch_cpu\\.so, but this process has /\\S+ loaded, and two builds`,
      ),
    );
  });
});

describe("a prebuilt addon with libtorch's CUDA build", () => {
  const files = { 'ganode.node': '12345', 'manifest.json': { ...manifest, runtime } };
  const cuda = { libtorch: { ...cpu, variant: 'cuda' } };
  const library = { name: 'torch/lib/libtorch_cuda.so', bytes: 4 };

  /** A cache in which this CUDA build of libtorch 2.13.0 lies, chosen, and no runtime package. */
  async function chosen(build: Files): Promise<string> {
    const dir = await explicit({
      ...files,
      ...Object.fromEntries(
        Object.entries(build).map(([name, content]) => [
          `cache/libtorch-2.13.0-cuda/${name}`,
          content,
        ]),
      ),
    });
    vi.stubEnv('GANODE_CACHE', join(dir, 'cache'));
    chooseCuda('2.13.0');
    return dir;
  }

  const examined = (dir: string): Candidate =>
    examine(join(dir, 'ganode.node'), { name: 'linux-x64' }, 'mend');

  it('is loaded with what was fetched, in the order of the manifest, until it is left', async () => {
    const dir = await chosen({
      'manifest.json': { ...cuda, files: [library], opened: [] },
      'torch/lib/libtorch_cuda.so': '1234',
    });
    const build = join(dir, 'cache', 'libtorch-2.13.0-cuda');
    expect(examined(dir).libraries).toEqual([join(build, library.name)]);
    leaveCuda('2.13.0');
    expect(() => examined(dir)).toThrow(/its package @ganode\/libtorch-cpu-linux-x64 is missing/);
    // The fetched libraries stay.
    expect(existsSync(join(build, library.name))).toBe(true);
    leaveCuda('2.13.0');
  });

  it.each<[string, Files, RegExp]>([
    [
      'truncated',
      {
        'manifest.json': { ...cuda, files: [library] },
        'torch/lib/libtorch_cuda.so': '123',
      },
      /libtorch_cuda\.so is damaged: expected 4 bytes but it has 3\./,
    ],
    [
      'without a library that others open',
      {
        'manifest.json': {
          ...cuda,
          files: [],
          opened: [{ name: 'nvidia/libcudnn.so.9', bytes: 1 }],
        },
      },
      /libtorch-2\.13\.0-cuda\/nvidia\/libcudnn\.so\.9 is missing\./,
    ],
    ['without a manifest', { 'torch/x': '' }, /manifest\.json cannot be read \(/],
    [
      'with an empty list',
      { 'manifest.json': cuda },
      /manifest\.json does not say which files there are\./,
    ],
    [
      'of another version',
      { 'manifest.json': { libtorch: { version: '2.14.1', variant: 'cuda' }, files: [] } },
      /it needs libtorch 2\.13\.0 \(cuda\), but \S+ has libtorch 2\.14\.1 \(cuda\)\./,
    ],
  ])('that is %s is refused, with both ways out', async (_, build, message) => {
    await chosen(build);
    expect(loadAddon).toThrow(message);
    expect(loadAddon).toThrow(
      /To mend it: fetch it again with `npx ganode setup --cuda`, or go back to the CPU build with `npx ganode setup --cpu`$/,
    );
    expect(loadAddon).toThrow(/^[^\n]*$/);
  });

  it('does not use that of another version', async () => {
    const dir = await chosen({ 'manifest.json': { ...cuda, files: [] } });
    await writeFile(
      join(dir, 'manifest.json'),
      JSON.stringify({ ...files['manifest.json'], libtorch: { ...cpu, version: '2.12.0' } }),
    );
    expect(loadAddon).toThrow(/its package @ganode\/libtorch-cpu-linux-x64 is missing/);
  });
});

describe('platform', () => {
  it('is what GANODE_PLATFORM says', () => {
    const parse = (GANODE_PLATFORM: string) => thisPlatform({ GANODE_PLATFORM });
    expect(parse('linux-x64-musl')).toEqual({ name: 'linux-x64', libc: 'musl' });
    expect(parse('linux-x64-glibc2.17')).toEqual({
      ...{ name: 'linux-x64', libc: 'glibc', libcVersion: '2.17' },
    });
    expect(() => parse('Linux')).toThrow(/GANODE_PLATFORM/);
  });

  it('is supported, or named with what to do', () => {
    expect(unsupported({ name: 'linux-x64', libc: 'glibc' })).toBeUndefined();
    expect(unsupported({ name: 'linux-x64', libc: 'musl' })?.[0]).toMatch(/musl/);
    expect(unsupported({ name: 'win32-ia32' })?.[0]).toMatch(/32-bit/);
    expect(unsupported({ name: 'darwin-arm64' })?.[1]).toMatch(/ganode setup/);
  });

  it('compares versions by number', () => {
    expect(isOlder('2.9', '2.34')).toBe(true);
    expect(isOlder('2.34', '2.34')).toBe(false);
    expect(isOlder('3.0', '2.34')).toBe(false);
  });
});

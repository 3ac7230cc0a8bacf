/** What the loader says of addons and libraries that are missing, damaged or of other versions, before it loads any. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
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
      /it was built for libtorch 2\.13\.0 \(cpu\), but \S+ has libtorch 2\.12\.1 \(cpu\)/,
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

/** A CUDA build of libtorch that pip gives, here an invented one: what is fetched, and that what is damaged is fetched again. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cudaDir, cudaLibraries, cudaProblem } from '../../lib/addon/cuda.js';
import { temporaryDir } from '../helpers/tiny.js';
import { zip } from '../helpers/zip.mjs';

const script = (name: string): Promise<Record<string, unknown>> =>
  import(new URL(`../../scripts/${name}`, import.meta.url).href);
type Find = (options: Record<string, unknown>) => Promise<string>;
const { findLibtorch } = (await script('libtorch.mjs')) as { findLibtorch: Find };
type Download = (
  requirements: string[],
  dir: string,
  options: Record<string, unknown>,
) => Promise<string[]>;
const { pipDownload } = (await script('libtorch/pip.mjs')) as { pipDownload: Download };

afterEach(() => vi.unstubAllEnvs());

const version = '9.9.9';
const text = (content: string): Uint8Array => Buffer.from(content);
const torch = zip([
  {
    name: 'torch/share/cmake/Torch/TorchConfigVersion.cmake',
    data: text(`set(PACKAGE_VERSION "${version}")`),
  },
  ...['c10', 'torch_cpu', 'c10_cuda', 'torch_cuda', 'torch_cuda_linalg'].map((name) => ({
    name: `torch/lib/lib${name}.so`,
    data: text(name),
  })),
  {
    name: `torch-${version}.dist-info/METADATA`,
    data: text('Requires-Dist: cuda-toolkit[cudart]==1; x\nRequires-Dist: nvidia-some==1\n'),
  },
]);
const nvidia = zip([
  { name: 'nvidia/cu13/lib/libcudart.so.13', data: text('cudart') },
  { name: 'nvidia/cu13/include/cuda.h', data: text('') },
]);

/** A command in pip's stead, which notes what it is asked for and gives the wheels above. */
async function fakePip(): Promise<{ commands: string[][]; asked(): Promise<string[][]> }> {
  const dir = await temporaryDir();
  await writeFile(join(dir, 'torch.whl'), torch);
  await writeFile(join(dir, 'nvidia.whl'), nvidia);
  await writeFile(
    join(dir, 'pip.mjs'),
    `import { appendFileSync, cpSync, mkdirSync } from 'node:fs';
    const words = process.argv.slice(2);
    appendFileSync(${JSON.stringify(join(dir, 'asked'))}, JSON.stringify(words) + '\\n');
    const dest = words[words.indexOf('--dest') + 1];
    mkdirSync(dest, { recursive: true });
    const wheel = /^torch==/.test(words.at(-1)) ? 'torch.whl' : 'nvidia.whl';
    cpSync(${JSON.stringify(dir)} + '/' + wheel, dest + '/' + wheel);`,
  );
  return {
    commands: [[process.execPath, join(dir, 'pip.mjs')]],
    async asked() {
      const lines = (await readFile(join(dir, 'asked'), 'utf8')).trim().split('\n');
      return lines.map((line) => JSON.parse(line) as string[]);
    },
  };
}

it('takes wheels that are made for an older glibc than others', async () => {
  const pip = await fakePip();
  const dir = await temporaryDir();
  await pipDownload(['nvidia-some'], dir, { commands: pip.commands, platform: 'linux-x64' });
  const [words = []] = await pip.asked();
  const platforms = words.filter((_, index) => words[index - 1] === '--platform');
  expect(platforms[0]).toBe('manylinux_2_28_x86_64');
  expect(platforms).toContain('manylinux_2_27_x86_64');
  expect(platforms).toContain('manylinux_2_18_x86_64');
  expect(platforms.at(-1)).toBe('manylinux2014_x86_64');
  expect(platforms).not.toContain('manylinux_2_29_x86_64');
});

it('lists what it fetched, and fetches again what is damaged', async () => {
  const cache = await temporaryDir();
  vi.stubEnv('GANODE_CACHE', cache);
  const pip = await fakePip();
  const options = {
    ...{ variant: 'cuda', version, pipCommands: pip.commands },
    // Nobody listens on this port.
    url: 'http://127.0.0.1:1/libtorch.zip',
    accept: () => cudaProblem(version) === undefined,
  };
  expect(cudaProblem(version)).toMatch(/manifest\.json cannot be read/);
  expect(await findLibtorch(options)).toBe(join(cudaDir(version), 'torch'));
  const asked = await pip.asked();
  expect(asked).toHaveLength(2);
  // The headers of CUDA's runtime do not compile without those of `crt`.
  expect(asked[1]?.slice(-2)).toEqual(['cuda-toolkit[crt,cudart]==1', 'nvidia-some==1']);
  const manifest = JSON.parse(await readFile(join(cudaDir(version), 'manifest.json'), 'utf8'));
  expect(manifest).toEqual({
    libtorch: { version, variant: 'cuda' },
    files: [
      { name: 'torch/lib/libc10.so', bytes: 3 },
      { name: 'torch/lib/libtorch_cpu.so', bytes: 9 },
      { name: 'torch/lib/libc10_cuda.so', bytes: 8 },
      { name: 'torch/lib/libtorch_cuda.so', bytes: 10 },
    ],
    opened: [
      { name: 'nvidia/cu13/lib/libcudart.so.13', bytes: 6 },
      { name: 'torch/lib/libtorch_cuda_linalg.so', bytes: 17 },
    ],
  });
  const lib = join(cudaDir(version), 'torch', 'lib');
  expect(cudaLibraries(version)).toEqual(
    ['libc10.so', 'libtorch_cpu.so', 'libc10_cuda.so', 'libtorch_cuda.so'].map((name) =>
      join(lib, name),
    ),
  );

  const cudart = join(cudaDir(version), 'nvidia', 'cu13', 'lib', 'libcudart.so.13');
  await writeFile(cudart, 'cud');
  expect(cudaProblem(version)).toBe(`${cudart} is damaged: expected 6 bytes but it has 3`);
  await findLibtorch(options);
  expect(await pip.asked()).toHaveLength(4);
  expect(await readFile(cudart, 'utf8')).toBe('cudart');
  // What is whole stays.
  await findLibtorch(options);
  expect(await pip.asked()).toHaveLength(4);
});

// Where libtorch can be had from. Each source fills a folder with `torch/` (and `nvidia/`: the libraries of CUDA that its
// wheels need, where its run paths look for them).
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download, sha256 } from './download.mjs';
import { pipDownload } from './pip.mjs';
import { unpack } from './unpack.mjs';

export const libtorchVersion = '2.13.0';
const site = 'https://download.pytorch.org';
/** CUDA's version in the names of PyTorch's builds. */
const cuda = 'cu130';

/** SHA-256 of the archives whose bytes were seen. */
const seen = {
  'torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl':
    '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
};

/** The archive on PyTorch's own site; undefined for a platform whose archive's name was never seen. */
function official(version, variant, platform) {
  const build = encodeURIComponent('+');
  if (platform !== 'linux-x64') return undefined;
  return variant === 'cuda'
    ? `${site}/libtorch/${cuda}/libtorch-shared-with-deps-${version}${build}${cuda}.zip`
    : `${site}/whl/cpu/torch-${version}${build}cpu-cp311-cp311-manylinux_2_28_x86_64.whl`;
}

/**
 * Sources in the order in which they are tried: `{ name, fetch(dir) }`. `url`, `hashes` (SHA-256 by an archive's name) and
 * `pipCommands` replace the usual ones.
 */
export function sources({ version, variant, platform, downloads, log, progress, ...overrides }) {
  const url = overrides.url ?? official(version, variant, platform);
  const hashes = { ...seen, ...overrides.hashes };
  const expected = (name) => overrides.sha256 ?? hashes[name];
  const list = [];
  if (url) {
    list.push({
      name: url,
      async fetch(dir) {
        const name = decodeURIComponent(basename(new URL(url).pathname));
        const file = join(downloads, name);
        await download(url, file, { progress, ...overrides.patience });
        await verify(file, expected(name), log);
        log(`libtorch ${version}: unpacking ${name}`);
        // Not kept where it is no archive, or a broken one: it would be found so again.
        await unpack(file, dir, placeOf).finally(() => rm(file, { force: true }));
      },
    });
  }
  list.push({
    name: `pip download torch==${version}`,
    async fetch(dir) {
      const options = { commands: overrides.pipCommands, platform };
      const [wheel] = await pipDownload([`torch==${version}`], dir, {
        ...options,
        args: ['--no-deps'],
      });
      await verify(wheel, expected(basename(wheel)), log);
      log(`libtorch ${version}: unpacking ${basename(wheel)}`);
      await unpack(wheel, dir, placeOf);
      if (variant !== 'cuda') return;
      const needed = await cudaRequirements(wheel, join(dir, 'metadata'));
      log(`libtorch ${version}: pip download ${needed.join(' ')}`);
      const wheels = await pipDownload(needed, join(dir, 'wheels'), options);
      for (const each of wheels) {
        await unpack(each, dir, (name) => (name.startsWith('nvidia/') ? name : undefined));
      }
    },
  });
  return list;
}

/** What a build and a run need of a wheel or of an official archive, and the licences. */
function placeOf(name) {
  const [, part] = /^(?:torch|libtorch)\/((?:lib|include|share)\/.*)$/.exec(name) ?? [];
  if (part) return join('torch', part);
  const [, licence] = /^torch-[^/]*\.dist-info\/licenses\/(.*)$/.exec(name) ?? [];
  return licence ? join('torch', 'licenses', licence) : undefined;
}

/**
 * What torch's wheel says that it needs of NVIDIA's; and of the toolkit the headers `crt/`, which those of CUDA's runtime
 * include, and without which nothing can be compiled that includes them.
 */
async function cudaRequirements(wheel, dir) {
  await unpack(wheel, dir, (name) =>
    name.endsWith('.dist-info/METADATA') ? 'METADATA' : undefined,
  );
  const metadata = await readFile(join(dir, 'METADATA'), 'utf8');
  const all = metadata.matchAll(/^Requires-Dist: ((?:nvidia-|cuda-toolkit)[^;\s]*)/gm);
  return [...all].map(([, requirement]) =>
    requirement.replace('cuda-toolkit[', 'cuda-toolkit[crt,'),
  );
}

async function verify(file, expected, log) {
  const got = await sha256(file);
  if (!expected) {
    log(`${basename(file)}: no SHA-256 is known for it; it is ${got}`);
  } else if (got !== expected.toLowerCase()) {
    await rm(file, { force: true });
    throw new Error(`SHA-256 is ${got}, expected ${expected}`);
  }
}

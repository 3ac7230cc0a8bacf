// Finds libtorch, or fetches it once into the cache. Sources, first that answers: LIBTORCH (a folder), the cache, PyTorch's
// own site over HTTPS, pip and whatever mirror it is set up with.
//
//   node scripts/libtorch.mjs      prints the folder
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from './folder.mjs';
import { isLibtorch, variantOf } from './libtorch/inspect.mjs';
import { lock } from './libtorch/lock.mjs';
import { writeRuntimeManifest } from './libtorch/runtime-manifest.mjs';
import { libtorchVersion, sources } from './libtorch/sources.mjs';
import { cacheDir, platformName } from './paths.mjs';

export { libtorchVersion };

/**
 * Returns the folder of libtorch. `log` is told of progress in lines, `progress(received, total)` of a download's bytes.
 * `variant` is `'cpu'` or `'cuda'`; LIBTORCH is looked at for the first only. `accept()` says whether what lies in the cache
 * will do; where it will not, it is fetched again. Throws one message that names every source tried.
 */
export async function findLibtorch(options = {}) {
  const { env = process.env, log = () => {}, variant = 'cpu', version = libtorchVersion } = options;
  const { accept = () => true } = options;
  if (env.LIBTORCH && variant === 'cpu') return givenLibtorch(env.LIBTORCH, 'LIBTORCH');
  const cache = cacheDir(env);
  const target = join(cache, `libtorch-${version}-${variant}`);
  const found = join(target, 'torch');
  const isThere = () => isLibtorch(found) && accept();
  if (isThere()) return found;
  const downloads = join(cache, 'downloads');
  await makeFolder(downloads);
  const release = await lock(join(cache, 'libtorch.lock'), log);
  try {
    if (isThere()) return found;
    await removeLeftovers(cache);
    const platform = platformName();
    const choice = { ...options, version, variant, platform, downloads, log };
    await fetchInto(target, cache, choice);
    return found;
  } finally {
    await release();
  }
}

/** The folder that `name` (a variable, an option) gives, once it was looked at. */
export function givenLibtorch(dir, name) {
  if (isLibtorch(dir)) return dir;
  throw new Error(`${name} is ${dir}, and no libtorch is there (share/cmake/Torch is absent)`);
}

async function fetchInto(target, cache, { version, variant, log, ...options }) {
  const tried = [];
  for (const { name, fetch } of sources({ version, variant, log, ...options })) {
    const dir = await mkdtemp(join(cache, 'fetch-'));
    try {
      log(`libtorch ${version}: trying ${name}`);
      await fetch(dir);
      const torch = join(dir, 'torch');
      if (!isLibtorch(torch)) throw new Error('the archive holds no torch/share/cmake/Torch');
      if (variant === 'cuda' && variantOf(torch) !== 'cuda')
        throw new Error('it is a build without CUDA');
      await writeFile(join(torch, 'ganode-source.txt'), `${name}\n`);
      for (const part of ['wheels', 'metadata'])
        await rm(join(dir, part), { recursive: true, force: true });
      for (const part of await readdir(dir)) if (part.endsWith('.whl')) await rm(join(dir, part));
      if (variant === 'cuda') writeRuntimeManifest(dir);
      await rm(target, { recursive: true, force: true });
      await rename(dir, target);
      return;
    } catch (error) {
      tried.push(`  ${name}: ${reason(error)}`);
      await rm(dir, { recursive: true, force: true });
    }
  }
  throw new Error(
    [
      `libtorch ${version}${variant === 'cuda' ? ' with CUDA' : ''} could not be had. Tried:`,
      ...(variant === 'cpu' ? ['  LIBTORCH: not set'] : []),
      `  ${target}: not there`,
      ...tried,
      'Set LIBTORCH to a folder with libtorch, or set pip up with a mirror that has torch, and try again.',
    ].join('\n'),
  );
}

function reason(error) {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message.split('\n')[0]}${cause}`;
}

/** Folders of fetches that were cut off. */
async function removeLeftovers(cache) {
  for (const name of await readdir(cache)) {
    if (name.startsWith('fetch-')) await rm(join(cache, name), { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await findLibtorch({ log: (line) => console.error(line) }));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

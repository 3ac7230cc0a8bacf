// Finds libtorch, or fetches it once into the cache. Sources, first that answers: LIBTORCH (a folder), the cache, the
// official CPU wheel over HTTPS, the same wheel through pip and whatever mirror pip is set up with.
//
//   node scripts/libtorch.mjs      prints the folder
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './paths.mjs';

export const libtorchVersion = '2.13.0';
const wheel = `torch-${libtorchVersion}+cpu-cp311-cp311-manylinux_2_28_x86_64.whl`;
const defaults = {
  url: `https://download.pytorch.org/whl/cpu/${encodeURIComponent(wheel)}`,
  /** SHA-256 of the wheels whose bytes were seen. */
  hashes: { [wheel]: '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b' },
  connectMilliseconds: 15_000,
  pipCommands: [['python3', '-m', 'pip'], ['pip3'], ['pip']],
};
/** A lock older than this was left behind. */
const staleLockMilliseconds = 30 * 60_000;

function isLibtorch(dir) {
  return (
    existsSync(join(dir, 'share', 'cmake', 'Torch', 'TorchConfig.cmake')) &&
    existsSync(join(dir, 'lib'))
  );
}

/** Returns the folder of libtorch. `log` is told of progress. Throws one message that names every source tried. */
export async function findLibtorch({ env = process.env, log = () => {}, ...overrides } = {}) {
  const options = { ...defaults, ...overrides };
  if (env.LIBTORCH) {
    if (isLibtorch(env.LIBTORCH)) return env.LIBTORCH;
    throw new Error(
      `LIBTORCH is ${env.LIBTORCH}, and no libtorch is there (share/cmake/Torch is absent)`,
    );
  }
  const cache = cacheDir(env);
  const target = join(cache, `libtorch-${libtorchVersion}`);
  if (isLibtorch(target)) return target;
  await mkdir(cache, { recursive: true });
  const release = await lock(join(cache, 'libtorch.lock'), log);
  try {
    if (isLibtorch(target)) return target;
    await removeLeftovers(cache);
    await fetchInto(target, cache, options, log);
    return target;
  } finally {
    await release();
  }
}

async function fetchInto(target, cache, options, log) {
  const tried = [];
  for (const [name, download] of [
    [options.url, downloadOfficial],
    [`pip download torch==${libtorchVersion}`, downloadWithPip],
  ]) {
    const dir = await mkdtemp(join(cache, 'fetch-'));
    try {
      log(`libtorch ${libtorchVersion}: trying ${name}`);
      const file = await download(dir, options);
      await verify(file, options.hashes);
      log(`libtorch ${libtorchVersion}: unpacking ${basename(file)}`);
      await unpack(file, join(dir, 'unpacked'));
      const found = join(dir, 'unpacked', 'torch');
      if (!isLibtorch(found)) throw new Error('the wheel holds no torch/share/cmake/Torch');
      await writeFile(join(found, 'ganode-source.txt'), `${name}\n${basename(file)}\n`);
      await rename(found, target);
      return;
    } catch (error) {
      tried.push(`  ${name}: ${reason(error)}`);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }
  throw new Error(
    [
      `libtorch ${libtorchVersion} could not be had. Tried:`,
      '  LIBTORCH: not set',
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

async function downloadOfficial(dir, { url, connectMilliseconds }) {
  // The time-out is for the answer to begin; the body may take as long as it moves.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no answer in time')), connectMilliseconds);
  const response = await fetch(url, { signal: abort.signal });
  clearTimeout(timer);
  if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`);
  const file = join(dir, decodeURIComponent(basename(new URL(url).pathname)));
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  const expected = Number(response.headers.get('content-length') ?? Number.NaN);
  const { size } = await stat(file);
  if (expected > 0 && size !== expected) throw new Error(`cut short: ${size} of ${expected} bytes`);
  return file;
}

async function downloadWithPip(dir, { pipCommands }) {
  const failures = [];
  for (const [command, ...first] of pipCommands) {
    const args = [
      ...first,
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--retries',
      '0',
      '--timeout',
      '30',
    ];
    args.push(
      '--python-version',
      '3.11',
      '--implementation',
      'cp',
      '--platform',
      'manylinux_2_28_x86_64',
    );
    args.push('--disable-pip-version-check', '--dest', dir, `torch==${libtorchVersion}`);
    const run = spawnSync(command, args, { encoding: 'utf8' });
    if (run.status === 0) {
      const file = (await readdir(dir)).find((name) => name.endsWith('.whl'));
      if (file) return join(dir, file);
    }
    const said = run.error?.message ?? run.stderr.trim().split('\n').at(-1);
    failures.push(`${command}: ${said}`);
  }
  throw new Error(failures.join('; '));
}

async function verify(file, hashes) {
  const expected = hashes[basename(file)];
  if (!expected) return;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const got = hash.digest('hex');
  if (got !== expected) throw new Error(`SHA-256 is ${got}, expected ${expected}`);
}

/** Unpacks what a build and a run need of a wheel: torch/lib, torch/include, torch/share. */
async function unpack(file, dir) {
  const { default: yauzl } = await import('yauzl');
  const zip = await new Promise((resolve, reject) =>
    yauzl.open(file, { lazyEntries: true, autoClose: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    ),
  );
  const openEntry = (entry) =>
    new Promise((resolve, reject) =>
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
    );
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry) => {
      if (!/^torch\/(lib|include|share)\/.*[^/]$/.test(entry.fileName)) return zip.readEntry();
      const target = join(dir, entry.fileName);
      const mode = (entry.externalFileAttributes >>> 16) & 0o777 || 0o644;
      mkdir(dirname(target), { recursive: true })
        .then(() => openEntry(entry))
        .then((stream) => pipeline(stream, createWriteStream(target, { mode })))
        .then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

/** Folders of fetches that were cut off. */
async function removeLeftovers(cache) {
  for (const name of await readdir(cache)) {
    if (name.startsWith('fetch-')) await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** A lock file with the owner's process number; waits for another set-up that is under way. */
async function lock(path, log) {
  for (let told = false; ; told = true) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) log(`waiting for another set-up (${path})`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function isStale(path) {
  try {
    if (Date.now() - (await stat(path)).mtimeMs > staleLockMilliseconds) return true;
    process.kill(Number(await readFile(path, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
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

// One set-up at a time: a lock file with the owner's process number.
import { readFile, rm, stat, writeFile } from 'node:fs/promises';

/** A lock older than this was left behind. */
const staleMilliseconds = 60 * 60_000;

/** Waits for another set-up that is under way. Returns what gives the lock back. */
export async function lock(path, log) {
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
    if (Date.now() - (await stat(path)).mtimeMs > staleMilliseconds) return true;
    process.kill(Number(await readFile(path, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

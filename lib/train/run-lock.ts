/** Two trainings in one run directory would write over each other. */
import { join } from 'node:path';
import { GanodeError } from '../errors.js';
import { type NativeLock, native } from '../native.js';

/**
 * Takes a run directory for one training: a lock of the system on `.lock` in it, which ends with the process however that ends. Where
 * the file system has no locks, goes on without.
 *
 * @throws GanodeError `IO` where another training is using it, of this process or of another.
 */
export function lockRun(dir: string): NativeLock {
  const lock = native().lockFile(join(dir, '.lock'));
  if (lock.state !== 'taken') return lock;
  const { holder } = lock;
  const who =
    holder === undefined
      ? ''
      : ` (${holder === process.pid ? 'in this process' : `process ${holder}`})`;
  throw new GanodeError('IO', `${dir}: another training is using it${who}`, {
    details: { path: dir, ...(holder !== undefined && { process: holder }) },
  });
}

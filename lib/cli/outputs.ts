/** Files that commands write. */
import { stat } from 'node:fs/promises';
import { GanodeError } from '../errors.js';
import { findWriteTarget } from '../files/target.js';
import { ioError } from '../files.js';
import { onOneLine } from '../line.js';

/**
 * Throws rather than overwrite what is there. A device, a pipe or `/dev/stdout` is never in the way; a folder, a block device and
 * a socket always are.
 */
export async function refuseExisting(path: string | undefined, force = false): Promise<void> {
  if (path === undefined) return;
  const target = await findWriteTarget(path).catch((error: unknown) => {
    throw ioError('write', path, error);
  });
  if (target.kind === 'file' && target.existing && !force) throw taken(path);
}

/** Throws rather than write files into a folder that is there already, or to a path that is no folder. */
export async function refuseExistingFolder(path: string | undefined, force = false): Promise<void> {
  if (path === undefined) return;
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw ioError('write', path, error);
  });
  if (!found) return;
  if (!found.isDirectory()) throw ioError('write', path, new Error('is not a folder'));
  if (!force) throw taken(path);
}

function taken(path: string): GanodeError {
  return new GanodeError('INVALID_OPTION', `${path} is there already; --force overwrites it`);
}

/** Tells what was written, one path a line; where one of them was standard output itself, nothing may follow on it. */
export async function tellWritten(
  paths: readonly (string | undefined)[],
  ...more: string[]
): Promise<void> {
  const written = paths.filter((path) => path !== undefined);
  const toOutput = (await Promise.all(written.map(isStandardOutput))).includes(true);
  const stream = toOutput ? process.stderr : process.stdout;
  for (const line of [...(toOutput ? [] : written), ...more]) stream.write(`${onOneLine(line)}\n`);
}

/** Whether writing to the path is writing to standard output. */
export async function isStandardOutput(path: string): Promise<boolean> {
  const target = await findWriteTarget(path).catch(() => undefined);
  return target?.kind === 'descriptor' && target.descriptor === 1;
}

/** Files that commands write. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GanodeError } from '../errors.js';
import { findWriteTarget, ifThere } from '../files/target.js';
import { ioError } from '../files.js';
import { onOneLine } from '../text.js';
import { print, tell } from './output.js';

/**
 * Throws, before any work is done for it, where a file could not be written, and rather than overwrite what is there. A device, a
 * pipe or `/dev/stdout` is never in the way; a folder, a block device and a socket always are.
 */
export async function requireFree(path: string | undefined, force = false): Promise<void> {
  if (path === undefined) return;
  try {
    const target = await findWriteTarget(path);
    if (target.kind !== 'file') return;
    if (target.existing && !force) throw taken(path);
    await requireWritable(dirname(target.path));
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Throws where a folder of files could not be written, and rather than write into one that is there already. */
export async function requireFreeFolder(path: string | undefined, force = false): Promise<void> {
  if (path === undefined) return;
  try {
    const found = await ifThere(stat(path));
    if (found && !found.isDirectory()) throw new Error('is not a folder');
    if (found && !force) throw taken(path);
    await requireWritable(path);
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Throws where no file can be made in a folder, or, as long as it is not there, in the one that it would lie in. */
async function requireWritable(folder: string): Promise<void> {
  const outer = dirname(folder);
  if (outer !== folder && !(await ifThere(stat(folder)))) return requireWritable(outer);
  await access(folder, constants.W_OK);
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
  const write = toOutput ? tell : print;
  for (const line of [...(toOutput ? [] : written), ...more]) write(`${onOneLine(line)}\n`);
}

/** Whether writing to the path is writing to standard output. */
export async function isStandardOutput(path: string): Promise<boolean> {
  const target = await findWriteTarget(path).catch(() => undefined);
  return target?.kind === 'descriptor' && target.descriptor === 1;
}

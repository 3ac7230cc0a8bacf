/** What happens when standard output or standard error cannot be written. */
import { ioError } from '../files.js';

/** What to do in place of ending the process; undefined where nothing is to be saved. */
let whenOutputEnds: ((failure: unknown) => void) | undefined;

/**
 * Standard output whose reader has seen enough (`| head`) is no failure; one that cannot be written for another reason, such as a
 * full disk, is. Standard error that cannot be written is passed over: nobody is left to tell. To be called once, before anything is
 * written.
 */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const failure = error.code === 'EPIPE' ? undefined : ioError('write', 'standard output', error);
    if (whenOutputEnds) whenOutputEnds(failure);
    else if (failure) throw failure;
    else process.exit();
  });
  process.stderr.on('error', () => undefined);
}

/**
 * Has work that has something to save told once, in place of ending the process.
 *
 * @param action Gets the `GanodeError` that tells why; nothing where the reader has seen enough.
 */
export function onOutputEnds(action: (failure: unknown) => void): void {
  let told = false;
  whenOutputEnds = (failure) => {
    if (!told) action(failure);
    told = true;
  };
}

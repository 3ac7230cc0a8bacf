/** Standard output whose reader has seen enough (`| head`) is no failure. */
import { ioError } from '../files.js';

let whenReaderLeaves = (): void => process.exit();

/** To be called once, before anything is written. */
export function watchOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw ioError('write', 'standard output', error);
    whenReaderLeaves();
  });
  // Nobody is left to tell.
  process.stderr.on('error', () => undefined);
}

/** What to do in place of exiting quietly. May be called several times. */
export function onReaderLeft(action: () => void): void {
  whenReaderLeaves = action;
}

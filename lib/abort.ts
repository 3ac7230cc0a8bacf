/** Waiting that can be given up. */
import { GanodeError } from './errors.js';

/**
 * What work comes to, or `CANCELLED` as soon as the signal says so, though the work may go on or never end.
 *
 * @throws GanodeError `CANCELLED`; what the work throws.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new GanodeError('CANCELLED', 'cancelled by its signal'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    const settled = (): void => signal.removeEventListener('abort', leave);
    work.then(resolve, reject).finally(settled);
  });
}

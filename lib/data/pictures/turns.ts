/**
 * Taking turns at decoding. libvips keeps what went wrong in one buffer for all threads, which every decoding that ends empties:
 * what it says of a file is sure only while nothing else is decoded.
 */

const running = new Set<Promise<unknown>>();
let alone: Promise<void> | undefined;

/** Runs work beside other such work, once nothing runs alone. */
export async function together<T>(work: () => Promise<T>): Promise<T> {
  while (alone) await alone;
  const result = work();
  running.add(result);
  try {
    return await result;
  } finally {
    running.delete(result);
  }
}

/** Runs work once all other work has ended, and holds back what is asked for meanwhile. The work may not ask for a turn itself. */
export async function byItself<T>(work: () => Promise<T>): Promise<T> {
  while (alone) await alone;
  let end = (): void => undefined;
  alone = new Promise((resolve) => {
    end = resolve;
  });
  try {
    await Promise.allSettled(running);
    return await work();
  } finally {
    alone = undefined;
    end();
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `stop` at the first Ctrl-C or SIGTERM. A second one ends the process at once, by the signal itself: `process.exit`
 * would wait for the native step that is under way.
 *
 * @param leave Called before the process ends that way, to put the terminal in order.
 * @returns What takes the handlers off again.
 */
export function onInterrupt(stop: () => void, leave: () => void): () => void {
  let asked = false;
  const handle = (signal: NodeJS.Signals): void => {
    if (asked) {
      leave();
      off();
      process.kill(process.pid, signal);
    }
    asked = true;
    stop();
  };
  const off = (): void => {
    for (const signal of signals) process.off(signal, handle);
  };
  for (const signal of signals) process.on(signal, handle);
  return off;
}

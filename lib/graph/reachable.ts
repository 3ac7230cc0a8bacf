/** What symbols that are not written down yet need. */

interface Symbol<Self> {
  /** Order of creation; a symbol comes after everything that it reads. */
  readonly order: number;
  readonly inputs: readonly Self[];
}

/** The symbols and all that they read, each once, in the order of creation. */
export function reachable<One extends Symbol<One>>(ends: readonly One[]): One[] {
  const found = new Set<One>();
  const waiting = [...ends];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    waiting.push(...one.inputs);
  }
  return [...found].sort((a, b) => a.order - b.order);
}

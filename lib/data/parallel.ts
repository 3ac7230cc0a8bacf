/** Images decoded at a time; sharp's own threads share the machine's cores. */
const concurrency = 8;

/** Runs `work` for 0 … count - 1, a few at a time. The first failure starts no more, and is thrown when the rest have ended. */
export async function inParallel(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { error: unknown } | undefined;
  const runner = async (): Promise<void> => {
    while (next < count && !failure) {
      try {
        await work(next++);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, runner));
  if (failure) throw failure.error;
}

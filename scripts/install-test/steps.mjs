// Steps of the test: each prints a line, a failed one what went wrong; the others go on.
const counts = { passed: 0, failed: 0 };

/** Runs one; `check` may return a note for its line. Resolves to whether it passed. */
export async function step(name, check) {
  const start = performance.now();
  try {
    const note = await check();
    counts.passed += 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`ok      ${name} (${[note, `${seconds} s`].filter(Boolean).join(', ')})`);
    return true;
  } catch (error) {
    counts.failed += 1;
    console.log(`FAILED  ${name}: ${error.message}`);
    return false;
  }
}

/** Something that this machine has not what it takes for. */
export function notRun(name, reason) {
  console.log(`not run ${name}: ${reason}`);
}

export function expectMatch(text, pattern) {
  if (!pattern.test(text)) throw new Error(`expected ${pattern}, got:\n${text}`);
}

/** Prints the count; returns the exit code. */
export function summarize() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}

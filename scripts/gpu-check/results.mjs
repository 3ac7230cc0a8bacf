// How the programs of the check tell what they found: a line each in the log, and as data in results.jsonl, at once.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** `cuda`, or `cpu`: then networks are small and trainings short. */
export const device = process.env.GANODE_CHECK_DEVICE ?? 'cuda';
export const isTrial = device === 'cpu';

export function tell(line, data) {
  console.log(line);
  const out = process.env.OUT;
  if (out) appendFileSync(join(out, 'results.jsonl'), `${JSON.stringify(data)}\n`);
}

/**
 * Runs one check of a program, which `work` ends by throwing where something is not as it should be; what it returns is told. The
 * others go on; in the end the program fails.
 */
export async function check(program, name, work) {
  const started = performance.now();
  const seconds = () => Number(((performance.now() - started) / 1000).toFixed(2));
  try {
    const { line, ...data } = await work();
    tell(`ok      ${name} (${seconds()} s): ${line}`, { program, name, ok: true, ...data });
  } catch (error) {
    const [reason] = error.message.split('\n');
    tell(`FAILED  ${name} (${seconds()} s): ${reason}`, { program, name, ok: false, reason });
    console.log(error.stack);
    process.exitCode = 1;
  }
}

/** Does `work` with something that has to be disposed of; Node 20 has no `await using`. */
export async function withResource(resource, work) {
  try {
    return await work(resource);
  } finally {
    await resource.dispose();
  }
}

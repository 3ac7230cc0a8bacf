// Runs a work: its contenders in turn, round after round, so that what slows the machine down for a while meets all of them.
import { compare, spread } from './statistics.mjs';

/** The order turns round each time, so that a slow drift favours nobody. */
const inOrder = (list, round) => (round % 2 === 0 ? list : list.toReversed());

/**
 * @param work `{ name, title, measure, prepare?, contenders(prepared), comparisons }`; `prepare` gives what `contenders` needs,
 *   with a `close`.
 * @returns `{ name, title, unit, rows, left, comparisons }`: a row is `{ contender, values, median, min, max, versions }`.
 */
export async function runWork(work, options, log) {
  const { measure } = work;
  const prepared = await work.prepare?.();
  const left = [];
  const open = [];
  const leave = (contender, error) =>
    left.push({ contender, reason: error.message.split('\n')[0] });
  try {
    for (const [contender, description] of Object.entries(work.contenders(prepared))) {
      log(`${work.name}: starting ${contender}`);
      try {
        const entry = await measure.open(description, options);
        open.push({ contender, once: description.once, values: [], ...entry });
      } catch (error) {
        leave(contender, error);
      }
    }
    for (let round = 0; round < options.rounds; round += 1) {
      log(`${work.name}: round ${round + 1} of ${options.rounds}`);
      for (const entry of inOrder(open, round)) {
        if (entry.failed || (entry.once && entry.values.length > 0)) continue;
        try {
          entry.values.push(await entry.next());
        } catch (error) {
          entry.failed = true;
          leave(entry.contender, error);
        }
      }
    }
  } finally {
    for (const { close } of open) await close();
    await prepared?.close?.();
  }
  const whole = open.filter(({ failed }) => !failed);
  const rows = whole.map(({ contender, values, hello }) => ({
    contender,
    values,
    ...spread(values),
    versions: hello().versions,
    batch: hello().batch,
  }));
  const valuesOf = (name) => rows.find(({ contender }) => contender === name)?.values;
  const comparisons = work.comparisons.map(
    (comparison) => compare(comparison, valuesOf) ?? { ...comparison, missing: true },
  );
  const { name, title } = work;
  return { name, title, unit: measure.unit, rows, left, comparisons };
}

// Medians with their spread, and ratios of what was measured next to one another.

/** @returns {{ median: number, min: number, max: number }} of one number or more. */
export function spread(values) {
  if (values.length === 0) throw new Error('expected one value or more');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** Round by round, so that what slows both down falls out; a single value stands for all rounds. */
export function ratios(values, others) {
  const rounds = Math.max(values.length, others.length);
  const of = (list) => Array.from({ length: rounds }, (_, i) => list[list.length === 1 ? 0 : i]);
  if ([values, others].some(({ length }) => length !== 1 && length !== rounds)) {
    throw new Error(`expected as many rounds of both: ${values.length} and ${others.length}`);
  }
  const below = of(others);
  return of(values).map((value, i) => value / below[i]);
}

/**
 * What came of a comparison `{ of, against?, atLeast?, atMost? }`, given the values of each contender; without `against`, of the
 * values themselves. The median decides. Undefined where one of the two has no values.
 */
export function compare(comparison, valuesOf) {
  const { of, against, atLeast, atMost } = comparison;
  const values = valuesOf(of);
  const others = against === undefined ? undefined : valuesOf(against);
  if (!values?.length || (against !== undefined && !others?.length)) return undefined;
  const each = others ? ratios(values, others) : values;
  const result = { ...comparison, values: each, ...spread(each) };
  if (atLeast !== undefined) result.reached = result.median >= atLeast;
  if (atMost !== undefined) result.reached = result.median <= atMost;
  return result;
}

/** What differs between two pieces of plain data, such as recipes. */

export interface Change {
  /** Where it is, as `--set` takes it: `optimizers.generator.learningRate`. */
  setting: string;
  /** Both values as JSON, cut where they are long; `nothing` where one is absent. */
  before: string;
  now: string;
}

const longest = 80;

/** Every innermost difference, in the order of `now`. Lists of different lengths differ as a whole. */
export function changesBetween(before: unknown, now: unknown, at = ''): Change[] {
  if (isParent(before) && isParent(now) && comparable(before, now)) {
    const keys = new Set([...Object.keys(now), ...Object.keys(before)]);
    return [...keys].flatMap((key) =>
      changesBetween(before[key], now[key], at ? `${at}.${key}` : key),
    );
  }
  const [one, other] = [JSON.stringify(before), JSON.stringify(now)];
  return one === other ? [] : [{ setting: at, before: shown(one), now: shown(other) }];
}

type Parent = Record<string, unknown>;

function isParent(value: unknown): value is Parent {
  return typeof value === 'object' && value !== null;
}

function comparable(one: Parent, other: Parent): boolean {
  const lists = [one, other].filter(Array.isArray);
  return (
    lists.length === 0 || (lists.length === 2 && lists[0]?.['length'] === lists[1]?.['length'])
  );
}

function shown(json: string | undefined): string {
  if (json === undefined) return 'nothing';
  return json.length > longest ? `${json.slice(0, longest)}…` : json;
}

// What a run came to: how far the inputs reached, and what was found.
import { record as recordResult } from '../../bench/quality/common.mjs';

/** Counts of a run, by kind of input. */
export class Tally {
  /** @type {Map<string, { tried: number, seconds: number, slowest: object, outcomes: Record<string, Record<string, number>> }>} */
  surfaces = new Map();
  /** By surface and kind of finding: how often, and the first of them. */
  findings = new Map();

  add({ surface }, { tried, outcomes, findings, slowest }) {
    const mine = this.surfaces.get(surface) ?? { tried: 0, slowest: { seconds: 0 }, outcomes: {} };
    this.surfaces.set(surface, mine);
    mine.tried += tried;
    if (slowest.seconds > mine.slowest.seconds) mine.slowest = slowest;
    for (const [action, counts] of Object.entries(outcomes)) {
      mine.outcomes[action] ??= {};
      const all = mine.outcomes[action];
      for (const [outcome, count] of Object.entries(counts)) {
        all[outcome] = (all[outcome] ?? 0) + count;
      }
    }
    for (const finding of findings) {
      const key = `${surface}: ${finding.kind}`;
      const known = this.findings.get(key);
      if (known) known.count += 1;
      else this.findings.set(key, { surface, count: 1, ...finding });
    }
  }

  get tried() {
    return [...this.surfaces.values()].reduce((sum, { tried }) => sum + tried, 0);
  }
}

/** Actions on inputs of a kind: all, those that worked, and in how many ways the others were refused. */
function reach({ outcomes }) {
  const all = Object.values(outcomes).flatMap((counts) => Object.entries(counts));
  const isTaken = ([outcome]) => outcome === 'taken';
  return {
    actions: all.reduce((sum, [, count]) => sum + count, 0),
    taken: all.filter(isTaken).reduce((sum, [, count]) => sum + count, 0),
    refusals: new Set(all.filter((one) => !isTaken(one)).map(([outcome]) => outcome)).size,
  };
}

/** Inputs of a kind from which on it must show that its changes reach far. */
const worthJudging = 300;

function reachesFar({ tried, outcomes }) {
  const { taken, refusals, actions } = reach({ outcomes });
  return tried < worthJudging || (taken > actions / 50 && refusals >= 8);
}

/** Prints a table, then every finding once. Returns whether anything is wrong. */
export function report(tally, { seconds, seed, keep }) {
  console.log('kind         inputs  actions    taken  ways of refusing  slowest');
  let isShallow = false;
  for (const [name, mine] of tally.surfaces) {
    const { actions, taken, refusals } = reach(mine);
    const cells = [mine.tried, actions, taken].map((count) => String(count).padStart(8));
    const { seconds: slow, index } = mine.slowest;
    const slowest = `${slow.toFixed(2)} s (${index})`;
    console.log(
      `${name.padEnd(11)}${cells.join(' ')}  ${String(refusals).padStart(16)}  ${slowest}`,
    );
    if (!reachesFar(mine)) {
      isShallow = true;
      console.log(`FOUND ${name}: its inputs reach too little`);
    }
  }
  for (const [key, { surface, count, index, message, trail = [] }] of tally.findings) {
    console.log(`FOUND ${count} times ${key}`);
    console.log(`  ${String(message).slice(0, 500)}`);
    for (const line of trail.slice(0, 6)) console.log(`  ${line.slice(0, 200)}`);
    console.log(`  npm run test:fuzz -- --seed ${seed} --only ${surface} --input ${index}`);
  }
  const found = tally.findings.size;
  if (found > 0) console.log(`kept in ${keep}`);
  const rate = (tally.tried / seconds).toFixed(0);
  console.log(
    `${tally.tried} inputs in ${seconds.toFixed(0)} s, ${rate} a second: ${found} findings`,
  );
  return found > 0 || isShallow;
}

/** Writes a run down beside other results. */
export function record(tally, { seconds, seed, inputs, part }) {
  const kinds = Object.fromEntries(
    [...tally.surfaces].map(([name, mine]) => [
      name,
      {
        inputs: mine.tried,
        ...reach(mine),
        slowestSeconds: Number(mine.slowest.seconds.toFixed(2)),
      },
    ]),
  );
  const findings = [...tally.findings].map(([kind, { count, message, index }]) => ({
    kind,
    count,
    index,
    message,
  }));
  const whole = `${inputs} inputs, seed ${seed}`;
  recordResult('fuzz', part === '1/1' ? whole : `${whole}, part ${part}`, {
    tried: tally.tried,
    seed,
    seconds: Math.round(seconds),
    kinds,
    findings,
  });
}

// Images a second, as ganode is and with the recording of steps switched off, in alternating turns; whatever the time is enough for.
// Where both are alike, nothing was recorded, or nothing is gained by it. Small batches come first in each work, and bfloat16 after
// all of fp32.
//
//   node speed.mjs SECONDS
import { ganode } from '../../bench/lib/contenders.mjs';
import { speed } from '../../bench/lib/measures.mjs';
import { setting } from '../../bench/lib/networks.mjs';
import { formatWork } from '../../bench/lib/report.mjs';
import { runWork } from '../../bench/lib/rounds.mjs';
import { native } from '../../dist/native.js';
import { device, isTrial, tell } from './results.mjs';
import { speeds } from './works.mjs';

const seconds = Number(process.argv[2]);
if (!(seconds > 0)) throw new Error(`expected seconds but received "${process.argv[2]}"`);
const batches = isTrial ? [4, 8] : [16, 64, 256];
const turns = { rounds: 3, turn: isTrial ? 0.3 : 1, threads: native().info().threads };

const [usual, eager] = ['as it is', 'GANODE_REPLAY=0'];

async function measure({ name, shape, config }, batch, precision) {
  const title = `${name}, batch ${batch}, ${precision}, ${device}`;
  const contenders = () => {
    const work = setting({ ...config, batch, precision, device }, shape);
    return {
      [usual]: ganode(work),
      [eager]: { ...ganode(work), env: { GANODE_REPLAY: '0' } },
    };
  };
  const comparisons = [{ of: usual, against: eager }];
  const work = { name: title, title, measure: speed, contenders, comparisons };
  const result = await runWork(work, turns, () => undefined);
  for (const { contender, reason } of result.left) {
    console.log(`FAILED  ${title}, ${contender}: ${reason}`);
    process.exitCode = 1;
  }
  const rows = Object.fromEntries(
    result.rows.map(({ contender, median, min, max }) => [contender, { median, min, max }]),
  );
  tell(formatWork(result), { program: 'speed', name, batch, precision, device, ...rows });
}

const cases = ['fp32', 'bf16'].flatMap((precision) =>
  speeds.flatMap((work) => batches.map((batch) => ({ work, batch, precision }))),
);
const started = performance.now();
let longest = 0;
for (const [i, { work, batch, precision }] of cases.entries()) {
  const begun = performance.now();
  if ((begun - started + longest) / 1000 > seconds) {
    tell(`\nno time was left for ${cases.length - i} of ${cases.length} measurements`, {
      program: 'speed',
      left: cases.length - i,
    });
    break;
  }
  await measure(work, batch, precision);
  longest = Math.max(longest, performance.now() - begun);
}

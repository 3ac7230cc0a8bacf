// Images a second, as ganode is and with the recording of steps switched off, in alternating turns; whatever the time is enough for.
// Where both are alike, nothing was recorded, or nothing is gained by it. The usual batch of every work comes first, and bfloat16
// after all of fp32.
//
//   node speed.mjs SECONDS
import { join } from 'node:path';
import { speed } from '../../bench/lib/measures.mjs';
import { setting } from '../../bench/lib/networks.mjs';
import { formatWork } from '../../bench/lib/report.mjs';
import { runWork } from '../../bench/lib/rounds.mjs';
import { native } from '../../dist/native.js';
import { projectDir } from '../paths.mjs';
import { device, isTrial, tell } from './results.mjs';
import { speeds } from './works.mjs';

const seconds = Number(process.argv[2]);
if (!(seconds > 0)) throw new Error(`expected seconds but received "${process.argv[2]}"`);
const batches = isTrial ? [8, 4] : [64, 16, 256];
// A processor without bfloat16 emulates it, thirty times as slowly.
const precisions = isTrial ? ['fp32'] : ['fp32', 'bf16'];
const turns = { rounds: 3, turn: isTrial ? 0.3 : 0.5, threads: native().info().threads };

const peer = join(projectDir, 'bench', 'peers', 'ganode.mjs');
const launch = () => ({ command: process.execPath, args: [peer] });
const [usual, eager] = ['as it is', 'GANODE_RECORD=0'];

async function measure({ name, shape, config }, batch, precision) {
  const title = `${name}, batch ${batch}, ${precision}, ${device}`;
  const contenders = () => {
    const work = { ...setting({ ...config, batch, precision, device }, shape), mode: 'train' };
    return {
      [usual]: { launch, config: work },
      [eager]: { launch, config: work, env: { GANODE_RECORD: '0' } },
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

const cases = precisions.flatMap((precision) =>
  batches.flatMap((batch) => speeds.map((work) => ({ work, batch, precision }))),
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

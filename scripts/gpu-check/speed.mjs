// Images a second of ganode, with steps recorded and not, and of PyTorch in all its ways where GANODE_PYTHON has it for the device: the
// bench's contenders, in alternating turns, for as long as there is time. Where ganode's two are alike, nothing was recorded, or
// nothing is gained by it.
//
//   GANODE_PYTHON=python3 node speed.mjs SECONDS
import { speed } from '../../bench/lib/measures.mjs';
import { setting } from '../../bench/lib/networks.mjs';
import { formatWork } from '../../bench/lib/report.mjs';
import { runWork } from '../../bench/lib/rounds.mjs';
import { againstEach, trainingContenders } from '../../bench/works/training.mjs';
import { native } from '../../dist/native.js';
import { device, isTrial, tell } from './results.mjs';
import { speeds } from './works.mjs';

const seconds = Number(process.argv[2]);
if (!(seconds > 0)) throw new Error(`expected seconds but received "${process.argv[2]}"`);
const [usual, ...otherBatches] = isTrial ? [8, 4] : [64, 16, 256];
const turns = { rounds: 3, turn: isTrial ? 0.3 : 0.5, threads: native().info().threads };

async function measure({ name, shape, config }, batch, precision, compile) {
  const title = `${name}, batch ${batch}, ${precision}${compile ? ', compiled' : ''}, ${device}`;
  const work = setting({ ...config, batch, device }, shape);
  const all = Object.entries(trainingContenders(work, precision));
  // Compiling takes longer than the rest together.
  const chosen = all.filter(
    ([contender], i) => (compile && i === 0) || contender.startsWith('torch.compile') === compile,
  );
  const contenders = Object.fromEntries(chosen);
  const comparisons = againstEach(Object.keys(contenders));
  const plan = { name: title, title, measure: speed, contenders: () => contenders, comparisons };
  const result = await runWork(plan, turns, () => undefined);
  for (const { contender, reason } of result.left) {
    // Whether the machine has a PyTorch that can do all that is not ganode's affair.
    if (!contender.startsWith('ganode')) continue;
    console.log(`FAILED  ${title}, ${contender}: ${reason}`);
    process.exitCode = 1;
  }
  const rows = Object.fromEntries(
    result.rows.map(({ contender, median, min, max }) => [contender, { median, min, max }]),
  );
  const left = Object.fromEntries(result.left.map(({ contender, reason }) => [contender, reason]));
  const row = { program: 'speed', name, batch, precision, device, contenders: rows, left };
  tell(formatWork(result), row);
}

const at = (batches, precision) =>
  batches.flatMap((batch) => speeds.map((work) => ({ work, batch, precision, compile: false })));
// What matters most comes first.
const cases = [
  ...at([usual], 'fp32'),
  { work: speeds[1], batch: usual, precision: 'fp32', compile: true },
  ...at(otherBatches, 'fp32'),
  // A processor without bfloat16 emulates it, thirty times as slowly.
  ...(isTrial ? [] : at([usual, ...otherBatches], 'bf16')),
];
const started = performance.now();
let longest = 0;
for (const [i, { work, batch, precision, compile }] of cases.entries()) {
  const begun = performance.now();
  if ((begun - started + longest) / 1000 > seconds) {
    tell(`\nno time was left for ${cases.length - i} of ${cases.length} measurements`, {
      program: 'speed',
      left: cases.length - i,
    });
    break;
  }
  await measure(work, batch, precision, compile);
  longest = Math.max(longest, performance.now() - begun);
}

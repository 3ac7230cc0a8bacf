// Delay of the event loop while DCGAN 28×28, width 32, batch 64 trains on MNIST, with checkpoints and sample grids as it goes.
// Exit code 1 when the 99th percentile is 20 ms or more.
//
//   node bench/event-loop.mjs [--seconds N, default 30]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Trainer } from '../dist/index.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const limit = 20;
/** The monitor's timer, in ms: what it records is the time between two of its ticks. */
const resolution = 1;

const dir = await mkdtemp(join(tmpdir(), 'ganode-bench-'));
const watch = { checkpoint: { every: 50 }, samples: { every: 50 } };
const trainer = await Trainer.create({
  recipe: { recipe: 'dcgan', model: { width: 32 }, batch: 64, ...watch },
  data: 'mnist',
  out: join(dir, 'run'),
});
const monitor = monitorEventLoopDelay({ resolution });
const signal = AbortSignal.timeout(Number(values.seconds) * 1000);
monitor.enable();
let steps = 0;
for await (const event of trainer.train({ epochs: 1000, signal })) steps = event.step;
monitor.disable();
await trainer.dispose();
await rm(dir, { recursive: true, force: true });

const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolution);
const p99 = ms(monitor.percentile(99));
const rest = `p50 ${ms(monitor.percentile(50)).toFixed(1)}, p99.9 ${ms(monitor.percentile(99.9)).toFixed(1)}, most ${ms(monitor.max).toFixed(1)}`;
console.log(
  `${steps} steps; event-loop delay in ms: p99 ${p99.toFixed(1)} (limit ${limit}), ${rest}`,
);
if (p99 >= limit) process.exitCode = 1;

// Trains each recipe in both precisions. The first step is held against the CPU's in fp32, which has the same weights, images and
// latents; from then on rounding leads them apart.
import { rmSync } from 'node:fs';
import { Trainer } from '../../dist/index.js';
import { check, device, withResource } from './results.mjs';
import { openImages, runDirectory, steps, trainings } from './works.mjs';

/** Share of a number of the CPU's by which the device's may be off, and the least that is allowed: TF32 has ten bits, bfloat16 seven. */
const tolerance = { fp32: 0.02, bf16: 0.1 };
/** What the first step reports of D before an update, and of G after D's first. */
const compared = ['discriminatorLoss', 'realLogit', 'fakeLogit', 'generatorLoss'];

async function firstStep(config, data) {
  const recipe = { ...config, reportEvery: 1 };
  return withResource(await Trainer.create({ recipe, data }), async (trainer) => {
    for await (const event of trainer.train({ steps: 1 })) {
      if (event.type === 'progress') return event.metrics;
    }
    throw new Error('the first step reported nothing');
  });
}

function requireSame(metrics, expected, allowed) {
  for (const name of compared) {
    const [got, wanted] = [metrics[name], expected[name]];
    if (wanted === undefined) continue;
    if (!(Math.abs(got - wanted) <= allowed * Math.max(1, Math.abs(wanted)))) {
      throw new Error(`first step: expected ${name} ${wanted}, as on the CPU, but received ${got}`);
    }
  }
}

async function train(config, data, out) {
  rmSync(out, { recursive: true, force: true });
  const recipe = { ...config, reportEvery: 10 };
  return withResource(await Trainer.create({ recipe, data, out }), async (trainer) => {
    for await (const event of trainer.train({ steps })) {
      if (event.type === 'warning') console.log(`        warning: ${event.message}`);
    }
    if (trainer.step !== steps) {
      throw new Error(`expected ${steps} steps but it did ${trainer.step}`);
    }
    const { least, most } = range((await trainer.sampleRaw(16, { seed: 1 })).data);
    if (!(most - least > 0.01)) throw new Error(`samples are of one value: ${least} to ${most}`);
    // The first half has what is done once: choosing algorithms, recording.
    const late = trainer.history.slice(trainer.history.length >> 1);
    const seconds = late.reduce((sum, event) => sum + 1 / event.imagesPerSecond, 0);
    return { metrics: late.at(-1).metrics, imagesPerSecond: late.length / seconds };
  });
}

function range(values) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new Error(`a sample has the value ${value}`);
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}

for (const { name, image, config } of trainings) {
  const data = await openImages(image);
  let expected;
  for (const precision of ['fp32', 'bf16']) {
    await check('train', `${name} ${precision} on ${device}`, async () => {
      const own = { ...config, precision };
      const first = await firstStep(own, data);
      expected ??= await firstStep({ ...config, device: 'cpu' }, data);
      requireSame(first, expected, tolerance[precision]);
      const result = await train(own, data, runDirectory(`${name}-${precision}`));
      const { discriminatorLoss: d, generatorLoss: g } = result.metrics;
      const line = `${steps} steps, ${result.imagesPerSecond.toFixed(0)} images/s, D ${d.toFixed(3)} G ${g.toFixed(3)}`;
      return { line, steps, first, ...result };
    });
  }
}

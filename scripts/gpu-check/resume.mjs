// A training that was stopped and resumed ends with the bits of one that was not. Where two trainings that were not stopped differ
// already, that is told: then it is the device's arithmetic, and not resuming.
import { rmSync } from 'node:fs';
import { Trainer } from '../../dist/index.js';
import { compareCheckpoints } from './compare.mjs';
import { check, device, isTrial, withResource } from './results.mjs';
import { openImages, runDirectory, trainings } from './works.mjs';

const steps = isTrial ? 12 : 40;

/** Trains to `steps`, or until a report at or after `stopAt`; returns the last checkpoint. */
async function train({ config, data, out, resume = false, stopAt }) {
  const stop = new AbortController();
  const recipe = { ...config, reportEvery: 5, deterministic: true };
  const options = { ...(!resume && { recipe }), data, out, resume };
  return withResource(await Trainer.create(options), async (trainer) => {
    let path;
    for await (const event of trainer.train({ steps, signal: stop.signal })) {
      if (event.type === 'progress' && event.step >= stopAt) stop.abort();
      if (event.type === 'checkpoint') path = event.path;
    }
    return { path, step: trainer.step };
  });
}

async function compare(name, config, data) {
  const place = (which) => {
    const out = runDirectory(`${name}-${which}`);
    rmSync(out, { recursive: true, force: true });
    return { config, data, out };
  };
  const straight = await train(place('straight'));
  const again = await train(place('again'));
  const stopped = place('stopped');
  const { step } = await train({ ...stopped, stopAt: 5 });
  if (step >= steps) throw new Error(`it was to be stopped, but did all ${steps} steps`);
  const resumed = await train({ ...stopped, resume: true });

  const repeated = compareCheckpoints(straight.path, again.path);
  if (repeated.different > 0) {
    throw new Error(`two equal trainings of ${steps} steps differ: ${repeated.line}`);
  }
  const result = compareCheckpoints(straight.path, resumed.path);
  if (result.different > 0) throw new Error(`stopped at ${step} and resumed: ${result.line}`);
  return { ...result, line: `stopped at ${step} of ${steps}: ${result.line}`, step, steps };
}

for (const { name, image, config } of trainings) {
  const data = await openImages(image);
  for (const precision of ['fp32', 'bf16']) {
    const title = `${name} ${precision}`;
    await check('resume', `${title} on ${device}`, () =>
      compare(title.replace(' ', '-'), { ...config, precision }, data),
    );
  }
}

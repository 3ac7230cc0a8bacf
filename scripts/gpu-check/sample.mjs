// A checkpoint that was trained on the device gives the same images on the CPU, to two grey levels.
import { Generator } from '../../dist/index.js';
import { check, device, withResource } from './results.mjs';
import { runDirectory, trainings } from './works.mjs';

const count = 64;
const allowed = 2;

async function sample(run, device) {
  return withResource(await Generator.load(run, { device }), (generator) =>
    generator.sample(count, { seed: 1 }),
  );
}

for (const { name } of trainings) {
  await check('sample', `${name} on cpu and ${device}`, async () => {
    const run = runDirectory(`${name}-fp32`);
    const [{ data: expected }, { data: got }] = [
      await sample(run, 'cpu'),
      await sample(run, device),
    ];
    if (got.length !== expected.length) {
      throw new Error(`expected ${expected.length} pixels but received ${got.length}`);
    }
    let [largest, different] = [0, 0];
    for (let i = 0; i < got.length; i += 1) {
      const difference = Math.abs(got[i] - expected[i]);
      largest = Math.max(largest, difference);
      if (difference > 0) different += 1;
    }
    const share = different / got.length;
    const line = `${(share * 100).toFixed(3)} % of ${got.length} pixels differ, by up to ${largest} grey levels`;
    if (largest > allowed) throw new Error(`expected differences up to ${allowed}, but ${line}`);
    return { line, largest, share };
  });
}

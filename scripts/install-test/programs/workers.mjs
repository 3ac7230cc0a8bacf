// The addon in the main thread and in two workers at once, and again in workers after those have ended.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { ArrayDataset, Trainer } from 'ganode';

async function train() {
  const data = new ArrayDataset({
    images: new Uint8Array(64 * 28 * 28).fill(9),
    shape: { channels: 1, height: 28, width: 28 },
  });
  const recipe = { recipe: 'dcgan', batch: 16, threads: 1, seed: 3 };
  const trainer = await Trainer.create({ recipe, data });
  let loss;
  for await (const event of trainer.train({ images: 64 })) {
    if (event.type === 'progress') loss = event.metrics.generatorLoss;
  }
  await trainer.dispose();
  return loss;
}

if (isMainThread) {
  const start = async () => (await once(new Worker(new URL(import.meta.url)), 'message'))[0];
  const together = await Promise.all([train(), start(), start()]);
  const losses = new Set([...together, await start()]);
  console.log(`${losses.size} loss of 4 trainings`);
} else {
  parentPort.postMessage(await train());
}

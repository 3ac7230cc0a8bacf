// Modes of Stacked MNIST that a trainer's generator has found: what its benchmarks share.
import { openDataset } from '../../dist/data/source.js';
import { openClassifier } from '../../dist/evaluate/classifier.js';
import { stackedMnistCount, stackedMnistMetrics } from '../../dist/evaluate/stacked-mnist.js';

/** Of 26,000 samples, classified by a network that is trained on MNIST first (two minutes on one core) and kept in the cache. */
export async function stackedModesOf(trainer) {
  const classifier = await openClassifier(await openDataset('mnist'), { threads: 1 });
  const all = new Uint8Array(stackedMnistCount * 3 * 784);
  const chunk = 2000;
  for (let start = 0; start < stackedMnistCount; start += chunk) {
    const { data: pixels } = await trainer.sample(chunk, { seed: 1000 + start });
    all.set(pixels, start * 3 * 784);
  }
  const images = { shape: [stackedMnistCount, 3, 28, 28], data: all };
  const metrics = await stackedMnistMetrics(images, classifier);
  await classifier.dispose();
  return metrics;
}

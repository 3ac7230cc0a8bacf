/** How the classifier of `openClassifier` learns, and what it is worth. */
import { type Dataset, imageSize } from '../data/dataset.js';
import { BatchLoader } from '../data/loader.js';
import { Sampler } from '../data/sampler.js';
import { Subset } from '../data/subset.js';
import { type NativeClassifier, native } from '../native.js';
import { likeliest } from './likeliest.js';
import { WeightMean } from './weight-mean.js';

export interface Verdict {
  /** Share of held-out images whose class it found. */
  accuracy: number;
  /** Held-out images. */
  heldOut: number;
}

const batch = 128;
/** Steps of one call of the native side. */
const stepsPerRun = 16;
/** Images shown: four epochs, but no less than this, and no more than takes so many multiply-adds, about a minute. */
const epochs = 4;
const leastImages = 12_000;
const mostMultiplyAdds = 1.5e12;
/** Share of the steps whose weights are averaged, the last. */
const averaged = 1 / 3;
/** Images of one call when accuracy is found. */
const imagesPerCall = 1024;

/**
 * Trains on a random nine tenths of the data, each image moved by up to two pixels, and judges by the rest.
 *
 * @param graph JSON of the network's graph, for its cost.
 */
export async function trainClassifier(
  network: NativeClassifier,
  graph: string,
  dataset: Dataset,
  seed: number,
  onProgress: ((text: string) => void) | undefined,
): Promise<Verdict> {
  const order = new Sampler(dataset.length, dataset.length, seed).indices(0);
  const heldOut = Math.max(1, Math.round(dataset.length / 10));
  const seen = new Subset(dataset, order.subarray(heldOut));
  await learn(network, seen, stepsFor(seen, graph), seed, (share, loss) => {
    const percent = Math.round(100 * share);
    onProgress?.(`classifier of ${dataset.name}: ${percent} % trained, loss ${loss.toFixed(4)}`);
  });
  const accuracy = await judge(network, new Subset(dataset, order.subarray(0, heldOut)));
  onProgress?.(`classifier of ${dataset.name}: ${(100 * accuracy).toFixed(2)} % right`);
  return { accuracy, heldOut };
}

function stepsFor(seen: Dataset, graph: string): number {
  const most = mostMultiplyAdds / native().inspectGraph(graph).multiplyAdds;
  const images = Math.max(leastImages, Math.min(epochs * seen.length, most));
  return Math.ceil(images / Math.min(batch, seen.length));
}

/**
 * Reads the data of the next steps while the native side is at work. What is learnt are the mean weights of the last steps, better
 * than any one of them: Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization".
 */
async function learn(
  network: NativeClassifier,
  seen: Dataset,
  steps: number,
  seed: number,
  report: (share: number, loss: number) => void,
): Promise<void> {
  const loader = new BatchLoader(seen, {
    batch: Math.min(batch, seen.length),
    batchesPerStep: 1,
    seed,
    flip: false,
  });
  const load = (step: number) => loader.load(step, Math.min(stepsPerRun, steps - step));
  const mean = new WeightMean();
  let told = 0;
  let next = await load(0);
  for (let step = 0; step < steps; step += stepsPerRun) {
    const done = Math.min(step + stepsPerRun, steps);
    const { images, labels } = next;
    const [losses, following] = await Promise.all([
      network.train({ steps: done - step, images, labels: labels as Int32Array }),
      done < steps ? load(done) : next,
    ]);
    next = following;
    if (done > (1 - averaged) * steps) mean.add(await network.readTensors());
    if (done / steps < told) continue;
    told = done / steps + 0.05;
    report(done / steps, losses.reduce((sum, loss) => sum + loss, 0) / losses.length);
  }
  await network.writeTensors(mean.weights());
}

async function judge(network: NativeClassifier, heldOut: Dataset): Promise<number> {
  const { channels, height, width } = heldOut.shape;
  let right = 0;
  for (let start = 0; start < heldOut.length; start += imagesPerCall) {
    const count = Math.min(imagesPerCall, heldOut.length - start);
    const data = new Uint8Array(count * imageSize(heldOut.shape));
    await heldOut.read(
      Uint32Array.from({ length: count }, (_, i) => start + i),
      data,
    );
    const { logits } = await network.classify({
      images: { shape: [count, channels, height, width], data },
    });
    const classes = logits.shape[1] as number;
    likeliest({ count, size: classes, data: logits.data as Float32Array }).forEach((label, i) => {
      if (label === heldOut.labels?.[start + i]) right += 1;
    });
  }
  return right / heldOut.length;
}

// What could make features of pictures without labels and without a download.
import { trainClassifier } from '../../dist/evaluate/classifier-training.js';
import { openFeatures } from '../../dist/evaluate/picture-features.js';
import { valuesExtractor } from '../../dist/evaluate/values.js';
import { classifierNetwork } from '../../dist/models/classifier.js';
import { native } from '../../dist/native.js';
import { degradations } from './degradations.mjs';

const adam = JSON.stringify({ kind: 'adam', learningRate: 1e-3 });

function ofNetwork(network) {
  return {
    async extract(images) {
      const { features } = await network.classify({ images });
      const [count, size] = features.shape;
      return { features: { count, size, data: features.data } };
    },
    dispose: () => network.dispose(),
  };
}

/** The classifier's network as it is before it learns: Naeem et al. 2020, section 4.3, of a VGG. */
async function untrained({ shape }) {
  const graph = JSON.stringify(classifierNetwork(shape, 2));
  return ofNetwork(
    await native().createClassifier(graph, { seed: 0, optimizer: adam, threads: 1 }),
  );
}

/** Pictures that were turned or made worse, labelled by what was done (Gidaris et al. 2018, RotNet, and more than turns). */
class Transformed {
  constructor(data) {
    this.data = data;
    const { height, width } = data.shape;
    const turns = height === width ? [0, 1, 2, 3] : [0, 2];
    this.ways = [
      ...turns.map((turn) => (set) => turned(set, turn)),
      (set) => degradations.noise.apply(set, 0.15),
      (set) => degradations.blur.apply(set, 1),
      (set) => degradations.rectangles.apply(set, 0.25),
      (set) => degradations.swirl.apply(set, 1.6),
    ];
    this.name = data.name;
    this.shape = data.shape;
    this.dtype = 'uint8';
    this.length = data.length * this.ways.length;
    this.labels = Int32Array.from({ length: this.length }, (_, i) => i % this.ways.length);
    this.classes = this.ways.map((_, i) => String(i));
  }

  async read(indices, target) {
    const { channels, height, width } = this.shape;
    const size = channels * height * width;
    const count = this.ways.length;
    await this.data.read(
      indices.map((index) => Math.floor(index / count)),
      target,
    );
    indices.forEach((index, place) => {
      const pixels = target.subarray(place * size, (place + 1) * size);
      const set = { shape: [1, channels, height, width], data: pixels.slice() };
      pixels.set(this.ways[index % count](set).data);
    });
  }
}

/** Turns each picture by a number of quarter turns. */
function turned({ shape, data }, quarters) {
  const [count, channels, height, width] = shape;
  const out = new Uint8Array(data.length);
  for (let plane = 0; plane < count * channels; plane += 1) {
    const start = plane * height * width;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [fy, fx] = [
          [y, x],
          [x, height - 1 - y],
          [height - 1 - y, width - 1 - x],
          [width - 1 - x, y],
        ][quarters];
        out[start + y * width + x] = data[start + fy * width + fx];
      }
    }
  }
  return { shape, data: out };
}

async function selfSupervised(data) {
  const transformed = new Transformed(data);
  const graph = JSON.stringify(classifierNetwork(data.shape, transformed.classes.length));
  const network = await native().createClassifier(graph, {
    seed: 0,
    optimizer: adam,
    shift: 2,
    threads: 1,
  });
  // The trainer shows each image four times; here each way of changing an image counts once.
  const verdict = await trainClassifier(network, graph, transformed, 0);
  console.error(`self-supervised: ${(100 * verdict.accuracy).toFixed(1)} % of the changes told`);
  return ofNetwork(network);
}

/**
 * Statistics made by hand: means of each channel on a 4×4 grid, and at each level of a pyramid of halves the mean strength of edges
 * in eight directions on a 2×2 grid (histograms of gradients, Dalal & Triggs 2005), with the mean square of what the next level
 * lacks (Laplacian energy).
 */
function statistics() {
  const half = (plane, h, w) => {
    const [nh, nw] = [h >> 1, w >> 1];
    const out = new Float64Array(nh * nw);
    for (let y = 0; y < nh; y += 1) {
      for (let x = 0; x < nw; x += 1) {
        const at = 2 * y * w + 2 * x;
        out[y * nw + x] = (plane[at] + plane[at + 1] + plane[at + w] + plane[at + w + 1]) / 4;
      }
    }
    return out;
  };
  const ofPlane = (plane, height, width) => {
    const row = [];
    const means = new Float64Array(16);
    const counts = new Float64Array(16);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const cell = 4 * Math.floor((4 * y) / height) + Math.floor((4 * x) / width);
        means[cell] += plane[y * width + x];
        counts[cell] += 1;
      }
    }
    row.push(...means.map((sum, i) => sum / counts[i]));
    let [level, h, w] = [plane, height, width];
    while (Math.min(h, w) >= 4) {
      const bins = new Float64Array(32);
      let detail = 0;
      const next = half(level, h, w);
      for (let y = 0; y + 1 < h; y += 1) {
        for (let x = 0; x + 1 < w; x += 1) {
          const at = y * w + x;
          const dx = level[at + 1] - level[at];
          const dy = level[at + w] - level[at];
          const angle = (Math.atan2(dy, dx) / Math.PI + 1) * 4;
          const cell = 2 * Math.floor((2 * y) / h) + Math.floor((2 * x) / w);
          bins[8 * cell + (Math.floor(angle) % 8)] += Math.hypot(dx, dy) / (h * w);
          const below =
            next[Math.min((h >> 1) - 1, y >> 1) * (w >> 1) + Math.min((w >> 1) - 1, x >> 1)];
          detail += (level[at] - below) ** 2 / (h * w);
        }
      }
      row.push(...bins.map((value) => 8 * value), Math.sqrt(detail));
      [level, h, w] = [next, h >> 1, w >> 1];
    }
    return row;
  };
  return {
    async extract({ shape: [count, channels, height, width], data }) {
      const rows = Array.from({ length: count }, (_, i) =>
        Array.from({ length: channels }, (__, c) => {
          const start = (i * channels + c) * height * width;
          const plane = Float64Array.from(
            data.subarray(start, start + height * width),
            (byte) => byte / 127.5 - 1,
          );
          return ofPlane(plane, height, width);
        }).flat(),
      );
      const size = rows[0].length;
      return { features: { count, size, data: Float32Array.from(rows.flat()) } };
    },
    async dispose() {},
  };
}

/** The extractors that are compared, by name; each is a function of the real pictures. */
export const candidates = {
  features: (data) => openFeatures(data, { threads: 1 }),
  values: async () => valuesExtractor(),
  untrained,
  statistics: async () => statistics(),
  selfSupervised,
};

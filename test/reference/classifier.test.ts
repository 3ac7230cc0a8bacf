/** A classifier's training steps against PyTorch (values: scripts/reference/classifier.py), and the images it is shown. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { conv2d, dense, flatten, graph, input, relu, silu } from '../../lib/graph/index.js';
import { type ClassifierOptions, type NativeClassifier, native } from '../../lib/native.js';
import { wave } from '../helpers/wave.js';

interface Answers {
  features: number[];
  logits: number[];
}

interface Reference {
  batch: number;
  steps: number;
  losses: number[];
  weights: Record<string, number[]>;
  before: Answers;
  after: Answers;
}

const file = new URL('fixtures/classifier.json', import.meta.url);
const wanted = JSON.parse(readFileSync(file, 'utf8')) as Reference;

async function create(
  spec: ReturnType<typeof graph>,
  options: Partial<ClassifierOptions> = {},
): Promise<NativeClassifier> {
  const adam = JSON.stringify({ kind: 'adam', learningRate: 1e-2 });
  const classifier = await native().createClassifier(JSON.stringify(spec), {
    threads: 1,
    optimizer: adam,
    ...options,
  });
  onTestFinished(() => classifier.dispose());
  return classifier;
}

function network(): ReturnType<typeof graph> {
  const x = input('image', { shape: [2, 6, 6] });
  const h = flatten(relu(conv2d(x, { filters: 4, kernel: 3, stride: 2, padding: 1 })));
  const features = silu(dense(h, { units: 5 }));
  return graph({ features, logits: dense(features, { units: 3 }) });
}

function expectClose(got: ArrayLike<unknown>, values: readonly number[], what: string): void {
  expect(got.length, what).toBe(values.length);
  values.forEach((value, i) => {
    const error = Math.abs(Number(got[i]) - value) / Math.max(1, Math.abs(value));
    expect(error, `${what}[${i}]`).toBeLessThan(2e-6);
  });
}

describe('a classifier', () => {
  it('trains as PyTorch does', async () => {
    const classifier = await create(network());
    const fresh = Object.entries(await classifier.readTensors()).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    expect(fresh.map(([name]) => name)).toEqual(Object.keys(wanted.weights));
    await classifier.writeTensors(
      Object.fromEntries(
        fresh.map(([name, { shape, data }], phase) => [
          name,
          { shape, data: wave(data.length, 0.3, phase) },
        ]),
      ),
    );
    const { batch, steps } = wanted;
    const count = batch * steps;
    const images = Uint8Array.from(
      { length: count * 72 },
      (_, i) => (37 * i + 11 * Math.floor(i / 72)) % 256,
    );
    const labels = Int32Array.from({ length: count }, (_, i) => (i * i) % 3);
    const expectAnswers = async (answers: Answers): Promise<void> => {
      const two = { shape: [2, 2, 6, 6], data: images.subarray(0, 144) };
      const { features, logits } = await classifier.classify({ images: two });
      expect([features.shape, logits.shape]).toEqual([
        [2, 5],
        [2, 3],
      ]);
      expectClose(features.data, answers.features, 'features');
      expectClose(logits.data, answers.logits, 'logits');
    };
    await expectAnswers(wanted.before);
    expectClose(await classifier.train({ steps, images, labels }), wanted.losses, 'loss');
    const trained = await classifier.readTensors();
    for (const [name, values] of Object.entries(wanted.weights)) {
      expectClose(trained[name]?.data ?? [], values, name);
    }
    await expectAnswers(wanted.after);
  });

  /** Of two classes: logits are (w·x + b, 0) with the weights given, which training leaves as they are. */
  async function linear(
    side: number,
    weight: Float32Array,
    bias: number,
  ): Promise<NativeClassifier> {
    const features = flatten(input('image', { shape: [1, side, side] }));
    const classifier = await create(graph({ features, logits: dense(features, { units: 2 }) }), {
      shift: 2,
      seed: 5,
      optimizer: JSON.stringify({ kind: 'sgd', learningRate: 0 }),
    });
    await classifier.writeTensors({
      'dense.weight': {
        shape: [2, side * side],
        data: Float32Array.of(...weight, ...weight.map(() => 0)),
      },
      'dense.bias': { shape: [2], data: Float32Array.of(bias, 0) },
    });
    return classifier;
  }

  it('is shown each image moved by up to two pixels each way, every move as often', async () => {
    // One bright pixel in the middle: the loss, -log softmax, tells which weight it met.
    const side = 7;
    const weight = Float32Array.from({ length: side * side }, (_, place) => place / 50);
    const classifier = await linear(
      side,
      weight,
      weight.reduce((sum, value) => sum + value, 0),
    );
    const steps = 5000;
    const images = new Uint8Array(steps * side * side);
    for (let step = 0; step < steps; step += 1) images[step * side * side + 24] = 255;
    const losses = await classifier.train({ steps, images, labels: new Int32Array(steps) });
    const counts = new Map<string, number>();
    for (const loss of losses) {
      // loss = ln(1 + e^-logit), logit = Σw·x + Σw = 2·w[place].
      const place = Math.round((-Math.log(Math.expm1(loss)) / 2) * 50);
      const move = `${Math.floor(place / side) - 3},${(place % side) - 3}`;
      counts.set(move, (counts.get(move) ?? 0) + 1);
    }
    const moves = [-2, -1, 0, 1, 2].flatMap((y) => [-2, -1, 0, 1, 2].map((x) => `${y},${x}`));
    expect([...counts.keys()].sort()).toEqual(moves.sort());
    // 200 each, binomial with a deviation of 13.9.
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(5 * 13.9);
  });

  it('repeats the edges of an image that it moves', async () => {
    const weight = Float32Array.from({ length: 9 }, (_, place) => place / 10);
    const classifier = await linear(3, weight, 0);
    const images = new Uint8Array(50 * 9).fill(255);
    const losses = await classifier.train({ steps: 50, images, labels: new Int32Array(50) });
    for (const loss of losses) expect(loss).toBeCloseTo(Math.log1p(Math.exp(-3.6)), 6);
  });

  it('trains to the same bits of the same seed', async () => {
    const weights = async (seed: number): Promise<unknown> => {
      const classifier = await create(network(), { seed, shift: 1 });
      const images = Uint8Array.from({ length: 20 * 72 }, (_, i) => (i * 7) % 256);
      const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
      await classifier.train({ steps: 5, images, labels });
      return classifier.readTensors();
    };
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(1)).not.toEqual(await weights(2));
  });

  it('refuses what does not fit, in one line', async () => {
    const classifier = await create(network());
    const images = new Uint8Array(72);
    const labels = new Int32Array(1);
    await expect(classifier.train({ steps: 2, images, labels })).rejects.toThrow(
      'train: expected labels for 2 batches of one size, got 1',
    );
    await expect(
      classifier.train({ steps: 1, images: images.subarray(1), labels }),
    ).rejects.toThrow('train: expected 1 images of [2, 6, 6], got 71 values');
    await expect(classifier.train({ steps: 1, images, labels: Int32Array.of(3) })).rejects.toThrow(
      'train: expected labels from 0 to 2, got 3 to 3',
    );
    await expect(
      classifier.classify({ images: { shape: [1, 1, 6, 12], data: images } }),
    ).rejects.toThrow('input "image": expected a batch of [2, 6, 6], got [1, 1, 6, 12]');
    await expect(
      classifier.classify({ images: { shape: [0, 2, 6, 6], data: new Uint8Array(0) } }),
    ).rejects.toThrow('classify: expected at least one image');
    const x = flatten(input('image', { shape: [1, 2, 2] }));
    await expect(create(graph({ logits: dense(x, { units: 2 }) }))).rejects.toThrow(
      'classifier: expected an output features of shape [n]',
    );
    await expect(create(network(), { shift: 1.5 })).rejects.toThrow(
      'Expected a whole number from 0 to 1024 for shift but received 1.5',
    );
    await expect(create(network(), { optimizer: '[' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('stops when it is disposed of in mid-training', async () => {
    const classifier = await create(network());
    const steps = 20_000;
    const training = classifier.train({
      steps,
      images: new Uint8Array(steps * 72),
      labels: new Int32Array(steps),
    });
    await classifier.dispose();
    expect((await training).length).toBeLessThan(steps);
    await expect(classifier.readTensors()).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

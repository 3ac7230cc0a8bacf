/** The bench's PyTorch peers train the same networks by the same steps as ganode, from equal weights, latents and images. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type NativeSession, native, type TensorData } from '../../lib/native.js';
import { wave } from '../helpers/wave.js';

const load = (file: string) => import(new URL(`../../bench/lib/${file}.mjs`, import.meta.url).href);
const { setting } = await load('networks');
const { torchVariants } = await load('contenders');
const { cacheDir } = await load('../../scripts/paths');

/** The Python that the bench would take, where it is there already. */
const cached = join(cacheDir(), 'bench', 'torch-2.13.0', 'bin', 'python');
const python = process.env['GANODE_PYTHON'] ?? (existsSync(cached) ? cached : 'python3');
const found = spawnSync(python, ['-c', 'import torch, numpy']).status === 0;

type Coded = [number[], string];
const code = ({ shape, data }: { shape: number[]; data: NodeJS.ArrayBufferView }): Coded => [
  shape,
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
];
function decode([, text]: Coded): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

interface Answer {
  image: Coded;
  logits: Coded;
  losses: number[][];
  tensors: Record<string, Coded>;
}

/** One process for all: importing torch takes most of its time. */
function ask(requests: object[]): Answer[] {
  const program = fileURLToPath(new URL('peer_numbers.py', import.meta.url));
  const input = JSON.stringify(requests);
  const run = spawnSync(python, [program], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Answer[];
}

const codeAll = (tensors: Record<string, TensorData>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, code(tensor)]));

async function withSession<T>(recipe: object, work: (session: NativeSession) => Promise<T>) {
  const session = await native().createSession(JSON.stringify({ ...recipe, threads: 1 }));
  try {
    return await work(session);
  } finally {
    await session.dispose();
  }
}

/** ‖a - b‖ / ‖b - c‖ over all of the names. */
function share(names: string[], a: Map, b: Map, c: Map): number {
  let [off, moved] = [0, 0];
  for (const name of names) {
    const [x, y, z] = [a(name), b(name), c(name)];
    y.forEach((value, i) => {
      off += ((x[i] ?? Number.NaN) - value) ** 2;
      moved += ((z[i] ?? Number.NaN) - value) ** 2;
    });
  }
  return Math.sqrt(off / moved);
}
type Map = (name: string) => Float32Array;

const ema = { ema: { decay: 0.9 } };
const stylegan2 = {
  recipe: 'stylegan2',
  model: { latentSize: 6, styleSize: 5, width: 4, maxWidth: 8, mixing: 0 },
  batch: 8,
};
const cases = [
  { title: 'dcgan', config: { recipe: 'dcgan', model: { width: 4 }, batch: 4, ...ema }, side: 28 },
  {
    title: 'wasserstein, two D-updates a step',
    config: {
      recipe: 'dcgan',
      model: { width: 4 },
      batch: 4,
      loss: { kind: 'wasserstein' },
      discriminatorSteps: 2,
    },
    side: 28,
    // The usual loop draws latents of its own for G, and ganode does not.
    variants: ['tricks'],
  },
  {
    title: 'stylegan2 with R1',
    config: { ...stylegan2, penalties: [{ kind: 'r1', weight: 10, interval: 16 }] },
    side: 16,
    // Noise begins to show in the second.
    steps: 1,
  },
].flatMap(({ variants = ['usual', 'tricks'], steps = 3, ...rest }) =>
  variants.map((variant) => ({ ...rest, steps, variant })),
);

type Case = (typeof cases)[number];

/** What ganode makes of a case, and what is asked of PyTorch. */
async function trained({ config, side, steps, variant }: Case) {
  const work = setting(config, [1, side, side]);
  const { batch, discriminatorSteps: updates, latentSize } = work.recipe;
  const items = steps * updates * batch;
  const pixel = (_: unknown, i: number) => (37 * i * (i % 7)) % 256;
  const images = Uint8Array.from({ length: items * side * side }, pixel);
  const latents = wave(items * latentSize, 1, 0);
  const numbers = await withSession(work.recipe, async (session) => {
    const before = await session.readTensors();
    const report = await session.run({ steps, images, latents });
    return { before, report, after: await session.readTensors(), updates };
  });
  const request = {
    config: { ...work, variant: torchVariants[variant] },
    tensors: codeAll(numbers.before),
    images: code({ shape: [steps, updates, batch, 1, side, side], data: images }),
    latents: code({ shape: [steps * updates, batch, latentSize], data: latents }),
  };
  return { ...numbers, request };
}

/** Images of StyleGAN2 by ganode and by the peer, in evaluation, with noise and biases away from 0, where they begin. */
async function evaluated(side: number) {
  const work = setting(stylegan2, [3, side, side]);
  const latents = wave(4 * 6, 1, 0);
  return withSession(work.recipe, async (session) => {
    const moved = Object.entries(await session.readTensors())
      .filter(([name]) => /\.(strength|bias\d*)$/.test(name))
      .map(([name, { shape, data }], i) => [name, { shape, data: wave(data.length, 1, i) }]);
    await session.writeTensors(Object.fromEntries(moved));
    const { data: image } = await session.sample({ latents, output: 'float32', ema: false });
    const z = code({ shape: [4, 6], data: latents });
    const tensors = codeAll(await session.readTensors());
    return { image, request: { config: work, tensors, z } };
  });
}

function expectTrained(
  { before, after, report, updates }: Awaited<ReturnType<typeof trained>>,
  got: Answer,
) {
  const column = (name: string, step: number) =>
    report.values[step * report.columns.length + report.columns.indexOf(name)] ?? Number.NaN;
  got.losses.forEach((losses, step) => {
    const ofD = losses.slice(0, updates).reduce((sum, loss) => sum + loss, 0) / updates;
    expect(ofD).toBeCloseTo(column('discriminatorLoss', step), 4);
    expect(losses.at(-1)).toBeCloseTo(column('generatorLoss', step), 4);
  });
  // Strengths of noise follow what each drew for itself.
  const names = Object.keys(got.tensors).filter((name) => !/\.(strength|noise)$/.test(name));
  const averaged = Object.keys(before).some((name) => name.startsWith('ema.'));
  for (const network of ['generator.', 'discriminator.', ...(averaged ? ['ema.'] : [])]) {
    const own = names.filter((name) => name.startsWith(network));
    expect(own).not.toEqual([]);
    const off = share(
      own,
      (name) => decode(got.tensors[name] as Coded),
      (name) => after[name]?.data as Float32Array,
      (name) => before[name]?.data as Float32Array,
    );
    expect(off, network).toBeLessThan(0.01);
  }
}

it.skipIf(!found)('PyTorch’s networks and steps equal ganode’s', async () => {
  const ours = await Promise.all(cases.map(trained));
  const sides = await Promise.all([16, 32].map(evaluated));
  const answers = ask([...ours, ...sides].map(({ request }) => request));
  ours.forEach((one, i) => {
    expectTrained(one, answers[i] as Answer);
  });
  sides.forEach(({ image }, i) => {
    const pixels = decode((answers[ours.length + i] as Answer).image);
    expect(pixels.length).toBe(image.length);
    const worst = Math.max(...pixels.map((value, at) => Math.abs(value - Number(image[at]))));
    expect(worst).toBeLessThan(1e-4 * Math.max(...pixels.map(Math.abs)));
  });
});

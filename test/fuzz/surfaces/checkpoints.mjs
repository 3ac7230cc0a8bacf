// Checkpoints: their bytes, their header, the recipe and the data in its metadata, their tensors.
import { Autoencoder, describe, Generator, Trainer } from '../../../dist/index.js';
import { join, repair, split } from '../../helpers/safetensors.mjs';
import { mutateBytes } from '../bytes.mjs';
import { mutateJson, textOf, treeOf, wordsIn } from '../json.mjs';
import { Finding } from '../verdict.mjs';
import { dataOf, kindNames, recipeOf, trainAll } from './seed-runs.mjs';

const file = 'step-000002.safetensors';

/** The seeds taken apart, once. */
const parsed = new WeakMap();

function parse(seeds) {
  let found = parsed.get(seeds);
  if (!found) {
    found = {};
    const words = new Set();
    for (const kind of kindNames) {
      const bytes = seeds[`${kind}/checkpoints/${file}`];
      const { header, data } = split(bytes);
      wordsIn(JSON.parse(header.__metadata__['ganode.recipe']), words);
      found[kind] = { bytes, header, data };
    }
    found.words = [...words];
    parsed.set(seeds, found);
  }
  return found;
}

/** The text of a header whose metadata holds JSON that was changed. */
function changeMetadata(random, header, key, trail, known) {
  const before = trail.length;
  const tree = mutateJson(random, treeOf(JSON.parse(header.__metadata__[key])), trail, { known });
  for (let i = before; i < trail.length; i += 1) trail[i] = `${key}.${trail[i]}`;
  return JSON.stringify({
    ...header,
    __metadata__: { ...header.__metadata__, [key]: textOf(tree) },
  });
}

/** Weights that no training gives. */
function changeWeights(random, data, trail) {
  const copy = Buffer.from(data);
  for (let times = random.few(4); times > 0; times -= 1) {
    const at = 4 * random.below(Math.floor(copy.length / 4));
    const value = random.pick([Number.NaN, Infinity, -Infinity, 3.4e38, -3.4e38, 1e30, 1e-45, 0]);
    const count = random.chance(0.2) ? 64 : 1;
    trail.push(`${count} values from byte ${at} of the tensors: ${value}`);
    for (let i = 0; i < count && at + 4 * i + 4 <= copy.length; i += 1)
      copy.writeFloatLE(value, at + 4 * i);
  }
  return copy;
}

function mutate(random, { bytes, header, data }, { words, other }, trail) {
  switch (random.below(10)) {
    case 0:
    case 1:
      trail.push('checksum as it was');
      return { bytes: mutateBytes(random, bytes, trail, { other }), isOpen: true };
    case 2:
      return { bytes: repair(mutateBytes(random, bytes, trail, { other })) };
    case 3:
      return { bytes: repair(join(JSON.stringify(header), changeWeights(random, data, trail))) };
    case 4:
    case 5:
      return { bytes: repair(join(textOf(mutateJson(random, treeOf(header), trail)), data)) };
    case 6:
      return {
        bytes: repair(
          join(
            changeMetadata(random, header, 'ganode.data', trail, [
              'uint8',
              'float32',
              'images',
              'sequences',
              'points',
            ]),
            data,
          ),
        ),
      };
    default:
      return {
        bytes: repair(join(changeMetadata(random, header, 'ganode.recipe', trail, words), data)),
      };
  }
}

async function sample(path, kind, attempt) {
  const generator = await attempt('load', () => Generator.load(path, { threads: 1 }));
  if (!generator) return;
  try {
    const labels = generator.classes > 0 ? { labels: 0 } : {};
    const { channels, height, width } = generator.recipe.image;
    if (channels * height * width > 2 ** 22) return;
    const drawn = await attempt('sample', () => generator.sample(2, labels));
    const shape = drawn?.shape.join('×');
    if (drawn && shape !== `2×${channels}×${height}×${width}`) {
      throw new Finding(
        'samples of another shape',
        `samples are ${shape}, the recipe's images ${channels}×${height}×${width}`,
      );
    }
    if (generator.experts > 0) await attempt('experts', () => generator.expertUse(2, labels));
    if (kind === 'own' || kind === 'procedure') {
      await attempt('interpolate', () =>
        generator.interpolate({ frames: 3, keys: 2, label: 'dogs' }),
      );
    }
  } finally {
    await generator.dispose();
  }
}

async function reconstruct(path, attempt) {
  const autoencoder = await attempt('open autoencoder', () =>
    Autoencoder.load(path, { threads: 1 }),
  );
  if (!autoencoder) return;
  try {
    await attempt('encode', () => autoencoder.encode(dataOf('vae'), { count: 2 }));
    await attempt('reconstruct', () => autoencoder.reconstruct(dataOf('vae'), { count: 2 }));
  } finally {
    await autoencoder.dispose();
  }
}

function updatesIn(updates) {
  return updates.reduce(
    (sum, { times = 1, updates: inside }) => sum + times * (inside ? updatesIn(inside) : 1),
    0,
  );
}

/** Whether a step of a recipe is quick: its settings may say a thousand updates. */
export function isQuick(recipe) {
  const { batch, discriminatorSteps, generatorSteps, accumulation, image, procedure } = recipe;
  const own = procedure ? updatesIn(procedure.updates) : 1;
  const updates = discriminatorSteps * generatorSteps * accumulation * own;
  return batch * updates * image.channels * image.height * image.width < 2 ** 16;
}

/** One step more. */
export async function train(options, attempt, name) {
  const trainer = await attempt(name, () => Trainer.create(options));
  if (!trainer) return;
  try {
    if (!isQuick(trainer.recipe)) return;
    await attempt(`${name}, a step`, async () => {
      for await (const _ of trainer.train({ steps: trainer.step + 1 }));
    });
  } finally {
    await trainer.dispose();
  }
}

export const checkpoints = {
  name: 'checkpoint',
  weight: 28,
  seeds: trainAll,
  make(random, seeds, trail) {
    const all = parse(seeds);
    const kind = random.pick(kindNames);
    trail.push(`of ${kind}`);
    const other = all[random.pick(kindNames)].bytes;
    const { bytes, isOpen } = mutate(random, all[kind], { words: all.words, other }, trail);
    const isAltered = isOpen === true && !bytes.equals(all[kind].bytes);
    const plan = {
      kind,
      // Whoever changes bytes alone is found out, unless nothing is left that says whose file it is.
      isAltered: isAltered && bytes.includes('ganode.checksum'),
      resumes: random.chance(0.3),
      transfers: random.chance(0.1),
    };
    return { files: { [file]: bytes }, plan };
  },
  async run(dir, { kind, isAltered, resumes, transfers }, attempt) {
    const path = `${dir}/${file}`;
    const found = await attempt('info', () => describe(path));
    if (found && isAltered)
      throw new Finding('an altered file is taken', 'bytes differ, and the checksum is not missed');
    await sample(path, kind, attempt);
    if (kind === 'vae') await reconstruct(path, attempt);
    const own = { data: dataOf(kind) };
    if (resumes)
      await train({ ...own, recipe: {}, resume: path, changedData: true }, attempt, 'resume');
    if (transfers) {
      await train({ ...own, recipe: recipeOf(kind), transfer: path }, attempt, 'transfer');
    }
  },
  commandLine: (dir) => ['info', `${dir}/${file}`],
};

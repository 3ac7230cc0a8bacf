import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as g from '../../../lib/graph/index.js';
import { type RecipeConfig, resolveRecipe } from '../../../lib/recipes/resolve.js';
import type { Recipe } from '../../../lib/recipes/schema.js';
import { applySettings } from '../../../lib/recipes/settings.js';
import { advise, situationOf } from '../../../lib/train/advice.js';
import { situations } from '../../../lib/train/situations.js';
import { resolvedTiny } from './training.js';

interface Means {
  frechetDistance?: { mean: number };
  classes?: { mean: number };
  reverseKl?: { mean: number };
  sampleDiversity?: { mean: number };
}

interface Recorded {
  config: RecipeConfig;
  settings: string[];
  /** Networks of the training's own; only trainings of perceptrons have them. */
  networks?: object;
  means: Means;
}

const recorded = JSON.parse(
  readFileSync(new URL('../../../bench/quality/results/cures.json', import.meta.url), 'utf8'),
) as Record<string, Recorded>;
const image = { channels: 1, height: 28, width: 28 };
const resolve = (config: RecipeConfig): Recipe => resolveRecipe(config, { image, classes: 10 });
const entry = (name: string): Recorded => {
  expect(Object.keys(recorded)).toContain(name);
  return recorded[name] as Recorded;
};

/** Small perceptrons for points in the plane, in the place of those that were trained. */
function resolvePoints(config: RecipeConfig): Recipe {
  const shape = [2, 1, 1];
  const packing = (config['packing'] as number | undefined) ?? 1;
  const h = g.relu(g.dense(g.input('z', { shape: [4] }), { units: 4 }));
  const shown = g.input('image', { shape: [2 * packing, 1, 1] });
  const models = {
    generator: g.graph({ image: g.reshape(g.dense(h, { units: 2 }), { shape }) }),
    discriminator: g.graph({ logits: g.dense(g.flatten(shown), { units: 1 }) }),
  };
  const duration = { images: 1000 };
  return resolveRecipe(
    { batch: 8, duration, ...config, models },
    { image: { channels: 2, height: 1, width: 1 } },
  );
}

/** A situation beside the training that stands for it. */
const trained = situations.map((situation) => {
  const { config, networks } = entry(situation.untreated);
  return {
    situation,
    name: situation.name,
    config,
    resolved: (changed: RecipeConfig) => (networks ? resolvePoints(changed) : resolve(changed)),
  };
});

/** How far fakes are from real images: smaller is better, at equal data. */
const distance = ({ reverseKl, frechetDistance }: Means): number =>
  (reverseKl ?? frechetDistance)?.mean ?? Number.NaN;

/** Whether a training came clearly nearer than the untreated one, and out of its collapse. */
function helps(means: Means, untreated: Means): boolean {
  if (untreated.reverseKl) return distance(means) < 0.25 * distance(untreated);
  const classes = (means.classes?.mean ?? 0) >= 2 * (untreated.classes?.mean ?? 0);
  return classes && distance(means) < 0.85 * distance(untreated);
}

describe('situations', () => {
  it.each(trained)('$name: holds for the training that stands for it', (training) => {
    const { situation, config, resolved } = training;
    for (const kind of situation.kinds) expect(situationOf(kind, resolved(config))).toBe(situation);
  });

  it.each(trained)('$name: names what helped, best first, by the figures', ({ situation }) => {
    const untreated = entry(situation.untreated).means;
    const cured = situation.cures.map(({ shown }) => shown);
    for (const shown of cured) expect(helps(entry(shown).means, untreated), shown).toBe(true);
    const distances = cured.map((shown) => distance(entry(shown).means));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    for (const { shown } of situation.vain) {
      const { means } = entry(shown);
      if (!shown.startsWith('earlier')) {
        expect(helps(means, untreated), shown).toBe(false);
        continue;
      }
      // Another classifier's distances, and no training untreated: held against what cured it.
      const best = distance(entry(`${shown.split(':')[0]}: batchNorm`).means);
      if (means.frechetDistance) expect(distance(means), shown).toBeGreaterThan(1.5 * best);
      else expect(means.sampleDiversity?.mean, shown).toBeLessThan(0.1);
    }
  });

  it.each(trained)('$name: advises settings that its recipe takes, once', (training) => {
    const { situation, config, resolved } = training;
    const [kind = 'collapse'] = situation.kinds;
    const recipe = resolved(config);
    const advice = advise(kind, recipe);
    for (const cure of situation.cures) {
      const settings = cure.settings?.(recipe);
      if (!settings && !cure.recipe) continue;
      if (cure.fits && !cure.fits(recipe)) continue;
      const [first] = settings ?? [];
      const told = cure.recipe ? `--recipe ${cure.recipe}` : `--set ${first}`;
      expect(advice).toContain(told);
      const changed = cure.recipe ? { recipe: cure.recipe } : applySettings(config, settings ?? []);
      expect(advise(kind, resolved(changed))).not.toContain(told);
    }
  });

  it('have what helps keras-mnist at its full width too', () => {
    const { means } = entry('keras-mnist-full: untreated');
    expect(helps(entry('keras-mnist-full: batchNorm').means, means)).toBe(true);
  });

  it('are told by what is particular to them, not by the recipe alone', () => {
    expect(situationOf('collapse', resolve({ recipe: 'wgan' }))).toBeUndefined();
    const adam = { kind: 'adam', learningRate: 1e-3 };
    const equal = { recipe: 'own', optimizers: { generator: adam, discriminator: adam } };
    expect(
      situationOf('collapse', resolvePoints({ ...equal, loss: { kind: 'nonSaturating' } }))?.name,
    ).toBe('a generator without normalization');
  });
});

describe('advise', () => {
  it('tells keras-mnist what helped it, and what did not', () => {
    expect(advise('collapse', resolve({ recipe: 'keras-mnist' }))).toMatch(
      /^a generator without normalization was helped by another recipe \(--recipe dcgan\), or batch normalization in the generator \(--set model\.generatorNorm=batch\); not by Adam's betas of 0\.5, 0\.999/,
    );
  });

  it('computes rates from those of the recipe, the highest of one that moves', () => {
    const rmsprop = (learningRate: unknown) => ({ learningRate });
    const schedule = { schedule: 'linear', from: 0, to: 0.06, images: 1000 };
    const optimizers = { generator: rmsprop(schedule), discriminator: rmsprop(0.03) };
    expect(advise('gradient', resolve({ recipe: 'wgan', optimizers } as RecipeConfig))).toMatch(
      /^a critic with clipped weights at a high rate was helped by a gradient penalty in the place of clipping \(--set weightClipping=null --set 'penalties=\[.*\]'\), or a tenth of both rates \(--set optimizers\.generator\.learningRate=0\.006 --set optimizers\.discriminator\.learningRate=0\.003\); not by/,
    );
  });

  it('tells what to change in networks of your own, and another recipe only where the images fit', () => {
    const own = { ...resolve({ recipe: 'keras-mnist' }), recipe: 'own', model: {} };
    expect(advise('collapse', own)).toMatch(/\(graph\.batchNorm before its hidden activations\)/);
    expect(advise('collapse', own)).not.toMatch(/--set model/);
    const tiny = resolvedTiny();
    const { generator } = tiny.models;
    const nodes = generator.nodes.filter(({ op }) => op !== 'batchNorm');
    const bare = { ...tiny, models: { ...tiny.models, generator: { ...generator, nodes } } };
    const advice = advise('collapse', bare);
    expect(advice).toMatch(/^nothing that was tried and that this recipe can have/);
    expect(advice).not.toMatch(/--set model|--recipe/);
    const perceptrons = (shape: typeof image): string =>
      advise('collapse', resolveRecipe({ recipe: 'gan-2014' }, { image: shape }));
    expect(perceptrons(image)).toMatch(/helped by another recipe \(--recipe dcgan\); not by/);
    expect(perceptrons({ channels: 1, height: 31, width: 37 })).toMatch(
      /^nothing that was tried and that this recipe can have helped a generator without normalization: not/,
    );
  });

  it('says so where nothing was tried', () => {
    expect(advise('collapse', resolvedTiny())).toMatch(
      /^no measure was tried against this with such a recipe; docs\/objectives\.md/,
    );
    for (const recipe of ['r3gan', 'wgan-gp', 'dcgan']) {
      expect(advise('collapse', resolve({ recipe }))).toMatch(/^no measure was tried/);
    }
    expect(advise('collapse', resolve({ recipe: 'vae-gan', model: { width: 4 } }))).toMatch(
      /^no measure was tried against this with an autoencoder; .*not tried either: a larger autoencoding\.gamma/,
    );
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RecipeConfig, resolveRecipe } from '../../../lib/recipes/resolve.js';
import type { Recipe } from '../../../lib/recipes/schema.js';
import { applySettings } from '../../../lib/recipes/settings.js';
import { advise, situationOf, situations } from '../../../lib/train/advice.js';
import { resolvedTiny } from './training.js';

interface Recorded {
  config: RecipeConfig;
  settings: string[];
  means: {
    frechetDistance: { mean: number };
    classes: { mean: number };
    sampleDiversity?: { mean: number };
  };
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

/** A situation beside the training that stands for it. */
const trained = situations.map((situation) => ({
  situation,
  name: situation.name,
  config: entry(situation.untreated).config,
}));

describe('situations', () => {
  it.each(trained)('$name: holds for the training that stands for it', ({ situation, config }) => {
    for (const kind of situation.kinds) expect(situationOf(kind, resolve(config))).toBe(situation);
  });

  it.each(trained)('$name: names what helped, best first, by the figures', ({ situation }) => {
    const { frechetDistance, classes } = entry(situation.untreated).means;
    const untreated = { frechetDistance: frechetDistance.mean, classes: classes.mean };
    for (const { shown } of situation.cures) {
      const helped = entry(shown).means;
      expect(helped.frechetDistance.mean, shown).toBeLessThan(0.85 * untreated.frechetDistance);
      expect(helped.classes.mean, shown).toBeGreaterThanOrEqual(2 * untreated.classes);
    }
    const distances = situation.cures.map(({ shown }) => entry(shown).means.frechetDistance.mean);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    for (const { shown } of situation.vain) {
      const { means } = entry(shown);
      if (!shown.startsWith('earlier')) {
        expect(means.frechetDistance.mean, shown).toBeGreaterThan(0.85 * untreated.frechetDistance);
        continue;
      }
      // Another classifier's distances, and no training untreated: held against what cured it.
      const cured = entry(`${shown.split(':')[0]}: batchNorm`).means.frechetDistance.mean;
      if (means.frechetDistance) {
        expect(means.frechetDistance.mean, shown).toBeGreaterThan(1.5 * cured);
      } else {
        expect(means.sampleDiversity?.mean, shown).toBeLessThan(0.1);
      }
    }
  });

  it.each(trained)(
    '$name: advises settings that its recipe takes, once',
    ({ situation, config }) => {
      const [kind = 'collapse'] = situation.kinds;
      const advice = advise(kind, resolve(config));
      for (const { settings, recipe } of situation.cures) {
        if (!settings && !recipe) continue;
        expect(advice).toContain(recipe ? `--recipe ${recipe}` : `--set ${settings?.[0]}`);
        const changed = recipe ? { recipe } : applySettings(config, settings ?? []);
        const again = advise(kind, resolve(changed));
        expect(again).not.toContain(recipe ? `--recipe ${recipe}` : `--set ${settings?.[0]}`);
      }
    },
  );
});

describe('advise', () => {
  it('tells keras-mnist what helped it, and what did not', () => {
    expect(advise('collapse', resolve({ recipe: 'keras-mnist' }))).toMatch(
      /^a generator without normalization was helped by another recipe \(--recipe dcgan\), or batch normalization in the generator \(--set model\.generatorNorm=batch\); not by Adam's betas of 0\.5, 0\.999/,
    );
  });

  it('tells what to change in networks of your own, and another recipe only where the images fit', () => {
    const own = resolvedTiny();
    const { generator } = own.models;
    const nodes = generator.nodes.filter(({ op }) => op !== 'batchNorm');
    const bare = { ...own, models: { ...own.models, generator: { ...generator, nodes } } };
    const advice = advise('collapse', bare);
    expect(advice).toMatch(/\(graph\.batchNorm before its hidden activations\)/);
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

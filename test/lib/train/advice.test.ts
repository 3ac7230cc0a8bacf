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
  means: { frechetDistance: { mean: number }; classes: { mean: number } };
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

  it.each(trained)('$name: names what cured it, by the figures', ({ situation }) => {
    const { frechetDistance, classes } = entry(situation.untreated).means;
    for (const { shown } of situation.cures) {
      const cured = entry(shown).means;
      expect(cured.frechetDistance.mean, shown).toBeLessThan(0.85 * frechetDistance.mean);
      expect(cured.classes.mean, shown).toBeGreaterThanOrEqual(2 * classes.mean);
    }
    const distances = situation.cures.map(({ shown }) => entry(shown).means.frechetDistance.mean);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    for (const { shown } of situation.vain) {
      const { means } = entry(shown);
      expect(means.frechetDistance.mean, shown).toBeGreaterThan(0.85 * frechetDistance.mean);
    }
  });

  it.each(trained)(
    '$name: advises settings that its recipe takes, once',
    ({ situation, config }) => {
      const [kind] = situation.kinds;
      for (const { says, settings, recipe } of situation.cures) {
        if (kind === undefined) throw new Error('Expected a sign');
        const changed = recipe ? { recipe } : applySettings(config, settings ?? []);
        expect(advise(kind, resolve(config))).toContain(
          recipe ? `--recipe ${recipe}` : (settings ?? [])[0],
        );
        expect(
          situationOf(kind, resolve(changed))?.cures.map((cure) => cure.says) ?? [],
        ).not.toContain(says);
      }
    },
  );
});

describe('advise', () => {
  it('tells keras-mnist its cure, and what is none', () => {
    expect(advise('collapse', resolve({ recipe: 'keras-mnist' }))).toMatch(
      /^a generator without normalization was cured by batch normalization in the generator \(--set model\.generatorNorm=batch\).*; not by Adam's betas of 0\.5, 0\.999/,
    );
  });

  it('says so where nothing was tried', () => {
    expect(advise('collapse', resolvedTiny())).toMatch(
      /^no measure was tried against this with such a recipe; docs\/objectives\.md/,
    );
    expect(advise('collapse', resolve({ recipe: 'vae-gan', model: { width: 4 } }))).toMatch(
      /^no measure was tried against this with an autoencoder; .*not tried either: a larger autoencoding\.gamma/,
    );
  });
});

/** Trainings by procedures of one's own. */
import { expect, it } from 'vitest';
import { Generator, procedure as p } from '../../../lib/index.js';
import type { RecipeConfig } from '../../../lib/recipes/index.js';
import { temporaryDir, tinyRecipe } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from '../train/training.js';

/** Tiny networks without a loss. */
function networks(): RecipeConfig {
  const { loss: _, ...recipe } = tinyRecipe({ checkpoint: { every: 9, keep: null } });
  return recipe as RecipeConfig;
}

/** The non-saturating loss by hand. */
const byHand: p.ProcedureFunction = ({ networks: { generator, discriminator }, data }) => {
  const fake = generator({ z: p.latent() }).image;
  const real = discriminator({ image: data.image }).logits;
  const onFake = discriminator({ image: p.detach(fake) }).logits;
  const loss = p.add(p.mean(p.softplus(p.negate(real))), p.mean(p.softplus(onFake)));
  const again = discriminator({ image: fake }).logits;
  return {
    updates: [
      p.update(discriminator, loss),
      p.update(generator, p.mean(p.softplus(p.negate(again)))),
    ],
    report: { discriminatorLoss: loss },
  };
};

/** Everything that has state or comes and goes: averages, draws, lazy updates, phases, clipping. */
const everything: p.ProcedureFunction = ({ networks: { generator, discriminator }, data }) => {
  const fake = generator({ z: p.latent() }).image;
  const real = discriminator({ image: data.image }).logits;
  const onFake = discriminator({ image: p.detach(fake) }).logits;
  const usual = p.average(p.detach(p.batchMean(p.mean(real))), { decay: 0.5, name: 'usual' });
  const noisy = p.add(data.image, p.scale(p.normal([1, 8, 8]), 0.1));
  const slope = p.gradient(discriminator({ image: noisy }).logits, noisy);
  const far = p.square(p.subtract(p.mean(onFake), usual));
  return {
    updates: [
      p.repeat(2, [
        p.update(discriminator, p.add(p.discriminatorLoss('hinge', real, onFake), far)),
      ]),
      p.update(discriminator, p.sumSquares(slope), { every: 3, from: 32 }),
      p.clip(discriminator, 0.5),
      p.update(generator, p.generatorLoss('hinge', discriminator({ image: fake }).logits)),
    ],
    report: { realLogit: p.mean(real), slope: p.norm(slope) },
  };
};

it('the same loss gives the same bits, whoever writes it', async () => {
  const [builtIn, own] = [await temporaryDir(), await temporaryDir()];
  await train({ out: builtIn });
  await train({ out: own, recipe: { ...networks(), procedure: byHand } });
  const [a, b] = [await tensorsOf(at(builtIn, 20)), await tensorsOf(at(own, 20))];
  expect(b).toEqual(a);
});

it('resumes to the bit, from what the checkpoint carries', async () => {
  const recipe = { ...networks(), procedure: everything };
  const [whole, parts] = [await temporaryDir(), await temporaryDir()];
  const events = await train({ out: whole, recipe });
  await train({ out: parts, recipe: { ...recipe, duration: { images: 9 * 16 } } });
  await train({ out: parts, resume: true, recipe: { duration: { images: 160 } } });
  const [a, b] = [await tensorsOf(at(whole, 10)), await tensorsOf(at(parts, 10))];
  expect(Object.keys(a)).toContain('procedure.usual.average');
  expect(b).toEqual(a);
  // 16 images a step: due from the third on, in every third.
  const slopes = events.flatMap((event) =>
    event.type === 'progress' ? [event.metrics['slope']] : [],
  );
  expect(slopes.some((slope) => (slope ?? Number.NaN) > 0)).toBe(true);
});

it('resumes with the function that it was written down from, and with no other', async () => {
  const recipe = { ...networks(), procedure: everything, duration: { images: 9 * 16 } };
  const out = await temporaryDir();
  await train({ out, recipe });
  const more = { ...recipe, duration: { images: 160 } };
  const events = await train({ out, resume: true, recipe: more });
  expect(events.at(-1)).toMatchObject({ type: 'end', step: 10 });
  const stronger: p.ProcedureFunction = (context) => {
    const { updates, ...rest } = everything(context);
    return { ...rest, updates: updates.slice(0, 3) };
  };
  await expect(
    train({ out, resume: true, recipe: { ...more, procedure: stronger } }),
  ).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
    message: expect.stringContaining('procedure.'),
  });
});

it('samples what it trained', async () => {
  const out = await temporaryDir();
  await train({ out, recipe: { ...networks(), procedure: byHand } });
  await using generator = await Generator.load(out);
  expect((await generator.sample(3, { seed: 1 })).shape).toEqual([3, 1, 8, 8]);
});

it('moves what an update names, and nothing else', async () => {
  const out = await temporaryDir();
  const onlyD: p.ProcedureFunction = (context) => {
    const { updates } = byHand(context);
    return { updates: updates.slice(0, 1) };
  };
  await train({ out, recipe: { ...networks(), ema: null, procedure: onlyD } });
  const [first, last] = [await tensorsOf(at(out, 9)), await tensorsOf(at(out, 20))];
  const moved = Object.keys(first).filter((name) => first[name] !== last[name]);
  expect(moved.some((name) => name.startsWith('discriminator.'))).toBe(true);
  // Running statistics follow every pass.
  expect(
    moved.filter((name) => name.startsWith('generator.') && !name.includes('running')),
  ).toEqual([]);
});

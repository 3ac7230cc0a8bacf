/**
 * Memory of a process that trains for long. `scripts/leak-test.mjs` runs it with more steps.
 * GANODE_LEAK_STEPS: steps that are measured, after a fifth as many to warm up.
 */
import { describe, expect, it } from 'vitest';
import { program } from '../helpers/child.js';

const steps = Number(process.env['GANODE_LEAK_STEPS'] ?? 10_000);
const timeout = 60_000 + steps * 4;

const rss = `const rss = async () => {
  for (let i = 0; i < 3; i += 1) { globalThis.gc(); await new Promise((done) => setTimeout(done, 20)); }
  return process.memoryUsage().rss / 2 ** 20;
};`;

/** Prints `level` unless `work` grows the process by `most` MiB or more. */
const measured = (warm: string, work: string, most: number): ReturnType<typeof program> =>
  program(
    `${rss}
     ${warm}
     const before = await rss();
     ${work}
     const grown = await rss() - before;
     console.log(grown < ${most} ? 'level' : 'grown by ' + grown.toFixed(1) + ' MiB');`,
    '--expose-gc',
  );

const level = { code: 0, signal: null, stderr: '', stdout: 'level\n' };

describe('memory stays level', { timeout }, () => {
  it(`over ${steps} steps`, async () => {
    const warm = Math.ceil(steps / 5);
    const result = await measured(
      `const trainer = await Trainer.create({ recipe: { ...recipe, reportEvery: 100 }, data });
       for await (const event of trainer.train({ images: 8 * ${warm} })) {}`,
      `for await (const event of trainer.train({ images: 8 * ${warm + steps} })) {}
       if (trainer.step !== ${warm + steps}) throw new Error('trained ' + trainer.step);
       await trainer.dispose();`,
      20,
    );
    expect(result).toMatchObject(level);
  });

  // Each holds some 25 MB: weights, and twice as much for Adam.
  const session = `
    const wide = g.dense(g.dense(x, { units: 1024 }), { units: 1024 });
    const models = { ...recipe.models, discriminator: g.graph({ logits: g.dense(wide, { units: 1 }) }) };
    const once = async (dispose) => {
      const trainer = await Trainer.create({ recipe: { ...recipe, models }, data });
      for await (const event of trainer.train({ images: 16 })) {}
      await trainer.sample(256);
      if (dispose) await trainer.dispose();
    };
    const many = async (count, dispose) => {
      for (let i = 0; i < count; i += 1) {
        await once(dispose);
        if (!dispose) { globalThis.gc?.(); await new Promise((done) => setTimeout(done, 5)); }
      }
    };`;

  it.each([
    ['disposed of', true],
    ['dropped', false],
  ])('over 40 sessions that are %s', async (_, dispose) => {
    const result = await measured(
      `${session} await many(10, ${dispose});`,
      `await many(40, ${dispose});`,
      60,
    );
    expect(result).toMatchObject(level);
  });

  // Nothing but what the addon tells V8 of native memory makes it collect: the objects themselves are small.
  it('over 100 sessions that are dropped, without a call of gc()', async () => {
    const result = await program(
      `${session}
       const rss = () => process.memoryUsage().rss / 2 ** 20;
       await many(5, true);
       const before = rss();
       let most = 0;
       for (let i = 0; i < 100; i += 1) {
         await once(false);
         await new Promise((done) => setTimeout(done, 1));
         most = Math.max(most, rss() - before);
       }
       console.log(most < 500 ? 'level' : 'grown by ' + most.toFixed(0) + ' MiB');`,
    );
    expect(result).toMatchObject(level);
  });
});

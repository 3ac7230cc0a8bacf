import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ArrayDataset, type Dataset, type Pixels } from '../../../lib/data/dataset.js';
import { GanodeError } from '../../../lib/errors.js';
import * as graph from '../../../lib/graph/index.js';
import { native } from '../../../lib/native.js';
import type { RecipeConfig } from '../../../lib/recipes/index.js';
import type { TrainEvent } from '../../../lib/train/events.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, collect, tensorsOf, train } from './training.js';

const long = { duration: { images: 80_000 } };

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
afterEach(async () => {
  await setTimeout(20);
  expect(unhandled.splice(0)).toEqual([]);
});

/** Tiny data whose reads can be made to do something else. */
function dataThat(read: (reads: number) => void | Promise<void>, warnings?: string[]): Dataset {
  const data = tinyData();
  let reads = 0;
  return {
    name: 'odd',
    length: data.length,
    shape: data.shape,
    dtype: 'uint8',
    ...(warnings && { warnings }),
    async read(indices: Uint32Array, target: Pixels) {
      reads += 1;
      await read(reads);
      data.read(indices, target);
    },
  };
}

describe('a signal', () => {
  it('stops training, saves, and training goes on from there', async () => {
    const out = await temporaryDir();
    const stop = new AbortController();
    await using trainer = await Trainer.create({
      recipe: tinyRecipe({ reportEvery: 2, ...long }),
      data: tinyData(),
      out,
      onEvent: (event) => event.type === 'progress' && event.step === 6 && stop.abort(),
    });
    const events = await collect(trainer.train({ signal: stop.signal }));
    const end = events.at(-1);
    expect(end).toMatchObject({ type: 'end', reason: 'aborted' });
    const step = end?.step ?? 0;
    expect(step).toBeGreaterThanOrEqual(6);
    expect(step).toBeLessThan(20);
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint', step });
    const more = await collect(trainer.train({ steps: step + 4 }));
    expect(more.at(-1)).toMatchObject({ reason: 'completed', step: step + 4 });
    const whole = await temporaryDir();
    await train({ out: whole, recipe: tinyRecipe({ duration: { images: (step + 4) * 8 } }) });
    expect(await tensorsOf(at(out, step + 4))).toEqual(await tensorsOf(at(whole, step + 4)));
  });

  it('that was given before stops before the first step', async () => {
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData() });
    const events = await collect(trainer.train({ signal: AbortSignal.abort() }));
    expect(events.map(({ type }) => type)).toEqual(['start', 'end']);
    expect(events[1]).toMatchObject({ reason: 'aborted', step: 0 });
    expect((await collect(trainer.train())).at(-1)).toMatchObject({ reason: 'completed' });
  });
});

/** Tiny data whose reads never answer from some read on. */
function dataThatHangs(from: number): Dataset {
  return dataThat((reads) => (reads >= from ? new Promise<void>(() => undefined) : undefined));
}

/** Points of a plane that can be trained on, but are not read again all at once, as they are to be drawn. */
function pointsThatHang(): Dataset {
  const points = new ArrayDataset({
    images: Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
    shape: { channels: 2, height: 1, width: 1 },
  });
  const { name, length, shape, dtype } = points;
  let whole = 0;
  const read = (indices: Uint32Array, target: Pixels): void | Promise<void> => {
    if (indices.length === length) whole += 1;
    // Once when it is opened, to tell later whether it has changed.
    return indices.length === length && whole > 1
      ? new Promise(() => undefined)
      : points.read(indices, target);
  };
  return { name, length, shape, dtype, read };
}

function pointsRecipe(): RecipeConfig {
  const z = graph.input('z', { shape: [2] });
  const image = graph.reshape(graph.dense(z, { units: 2 }), { shape: [2, 1, 1] });
  const x = graph.flatten(graph.input('image', { shape: [2, 1, 1] }));
  const models = {
    generator: graph.graph({ image }),
    discriminator: graph.graph({ logits: graph.dense(x, { units: 1 }) }),
  };
  return tinyRecipe({ models, latentSize: 2, samples: { every: 3 }, ...long });
}

describe('data that never answers', () => {
  it('is left by a signal: what was trained is saved', async () => {
    const out = await temporaryDir();
    const stop = new AbortController();
    await using trainer = await Trainer.create({
      recipe: tinyRecipe({ reportEvery: 1, ...long }),
      data: dataThatHangs(9),
      out,
      onEvent: (event) =>
        event.type === 'progress' && globalThis.setTimeout(() => stop.abort(), 50),
    });
    const events = await collect(trainer.train({ signal: stop.signal }));
    const { step } = events.at(-1) ?? {};
    expect(step).toBeGreaterThan(0);
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint', path: at(out, step as number) });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'aborted' });
  });

  it('is left by dispose()', async () => {
    const trainer = await Trainer.create({ recipe: tinyRecipe(long), data: dataThatHangs(3) });
    const ended = collect(trainer.train());
    await setTimeout(50);
    await trainer.dispose();
    expect((await ended).at(-1)).toMatchObject({ type: 'end', reason: 'aborted' });
  });

  it('is left before training by a signal: it is looked at when it is opened', async () => {
    const stop = new AbortController();
    const opened = Trainer.create({
      recipe: tinyRecipe(long),
      data: dataThatHangs(0),
      signal: stop.signal,
    });
    globalThis.setTimeout(() => stop.abort(), 50);
    await expect(opened).rejects.toMatchObject({ code: 'CANCELLED' });
    const late = { recipe: tinyRecipe(long), data: tinyData(), signal: AbortSignal.abort() };
    await expect(Trainer.create(late)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each(['signal', 'dispose'])('when its points are drawn, by %s', async (how) => {
    const out = await temporaryDir();
    const stop = new AbortController();
    const trainer = await Trainer.create({ recipe: pointsRecipe(), data: pointsThatHang(), out });
    const ended = collect(trainer.train({ signal: stop.signal }));
    await setTimeout(200);
    if (how === 'signal') stop.abort();
    else await trainer.dispose();
    const end = (await ended).at(-1);
    expect(end).toMatchObject({ type: 'end', reason: 'aborted' });
    // Step 3 asks for the picture, and what was queued behind it is done.
    expect(end?.step).toBeGreaterThanOrEqual(3);
    await trainer.dispose();
  });
});

describe('leaving', () => {
  it('the loop stops training, and steps that were done count', async () => {
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData() });
    for await (const event of trainer.train()) if (event.type === 'progress') break;
    expect(trainer.step).toBeGreaterThanOrEqual(10);
    const rest = await collect(trainer.train());
    expect(rest.at(-1)).toMatchObject({ reason: 'completed', step: 20 });
    expect(trainer.history.at(-1)).toMatchObject({ step: 20 });
  });

  it('by dispose() in the loop ends it, and nothing trains after', async () => {
    for (const out of [undefined, await temporaryDir()]) {
      const trainer = await Trainer.create({
        recipe: tinyRecipe({ ...long, reportEvery: 3, checkpoint: { every: 3 } }),
        data: tinyData(),
        ...(out && { out }),
      });
      const types: string[] = [];
      for await (const event of trainer.train()) {
        types.push(event.type);
        if (event.type !== 'progress') continue;
        await setTimeout(50); // what was queued is done by now
        await trainer.dispose();
      }
      expect(types.at(-1)).toBe('end');
      expect(types.filter((type) => type === 'progress').length).toBeLessThan(4);
      await expect(collect(trainer.train())).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(trainer.sample(1)).rejects.toMatchObject({ code: 'DISPOSED' });
      await trainer.dispose();
    }
  });
});

describe('an error', () => {
  it('in a callback ends the loop once; training can go on', async () => {
    let angry = true;
    await using trainer = await Trainer.create({
      recipe: tinyRecipe(),
      data: tinyData(),
      onEvent: (event) => {
        if (angry && event.type === 'progress') throw new Error('from the callback');
      },
    });
    await expect(collect(trainer.train())).rejects.toThrow('from the callback');
    angry = false;
    expect((await collect(trainer.train())).at(-1)).toMatchObject({ step: 20 });
  });

  it('in the data ends the loop once', async () => {
    const data = dataThat((reads) => {
      if (reads > 9) throw new Error('the disk is gone');
    });
    await expect(train({ data, recipe: tinyRecipe(long) })).rejects.toThrow('the disk is gone');
  });

  it('in the data saves what was trained, and training goes on from there', async () => {
    const out = await temporaryDir();
    const recipe = tinyRecipe({ duration: { images: 240 } });
    let gone = true;
    const data = dataThat((reads) => {
      if (gone && reads > 20) throw new GanodeError('INVALID_DATA', 'the disk is gone');
    });
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): number => events.push(event);
    await expect(train({ out, data, recipe, onEvent })).rejects.toThrow(/^the disk is gone$/);
    const saved = events.at(-1);
    expect(saved).toMatchObject({ type: 'checkpoint', path: at(out, saved?.step ?? 0) });
    expect(saved?.step).toBeGreaterThan(0);
    gone = false;
    await train({ out, data, recipe, resume: true });
    const whole = await temporaryDir();
    await train({ out: whole, data, recipe });
    expect(await tensorsOf(at(out, 30))).toEqual(await tensorsOf(at(whole, 30)));
  });

  it('of a report that cannot be written saves what was trained', async () => {
    const out = await temporaryDir();
    const events: TrainEvent[] = [];
    const recipe = tinyRecipe({ reportEvery: 10, ...long });
    await using trainer = await Trainer.create({
      out,
      recipe,
      data: tinyData(),
      onEvent: (event) => events.push(event),
    });
    await mkdir(join(out, 'metrics.jsonl'));
    await expect(collect(trainer.train())).rejects.toMatchObject({
      code: 'IO',
      message: `could not write ${join(out, 'metrics.jsonl')}: is a folder`,
    });
    const { step = 0 } = events.at(-1) ?? {};
    expect(step).toBeGreaterThanOrEqual(10);
    expect(events.at(-1)).toMatchObject({ type: 'checkpoint', path: at(out, step) });
    expect((await native().inspectCheckpoint(at(out, step))).bytes).toBeGreaterThan(0);
  });

  it('of another train() at the same time leaves the first alone', async () => {
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData() });
    const first = trainer.train();
    await first.next();
    await expect(trainer.train().next()).rejects.toThrow('Expected one train() at a time');
    expect((await collect(first)).at(-1)).toMatchObject({ reason: 'completed', step: 20 });
  });

  it('of a loss that is no number names the step, the term and the last checkpoint', async () => {
    const out = await temporaryDir();
    const optimizer = { kind: 'sgd', learningRate: 10, momentum: 0.9 };
    const optimizers = { generator: optimizer, discriminator: optimizer };
    const checkpoint = { every: 1, keep: null };
    const error = await train({
      out,
      recipe: tinyRecipe({ optimizers, checkpoint, ...long }),
    }).then(
      () => undefined,
      (thrown: unknown) =>
        thrown as { code: string; message: string; details: Record<string, unknown> },
    );
    expect(error?.code).toBe('NON_FINITE');
    const step = error?.details['step'] as number;
    expect(step).toBeGreaterThan(1);
    expect(error?.details['term']).toMatch(/Loss|Logit|\.\w+/);
    const last = at(out, step - 1);
    expect(error?.message).toContain(`step ${step}`);
    expect(error?.message).toContain(`the last good checkpoint is ${last}`);
    expect((await native().inspectCheckpoint(last)).bytes).toBeGreaterThan(0);
  });
});

describe('what is said on the way', () => {
  it('has warnings of the data, when they come up, once', async () => {
    const warnings = ['first'];
    const data = dataThat((reads) => {
      if (reads === 12) warnings.push('later');
    }, warnings);
    await using trainer = await Trainer.create({
      data,
      recipe: tinyRecipe({ reportEvery: 1 }),
    });
    const events = [
      ...(await collect(trainer.train({ steps: 15 }))),
      ...(await collect(trainer.train())),
    ];
    const told = events.filter((event) => event.type === 'warning');
    expect(told.map(({ message }) => message)).toEqual(['first', 'later']);
    expect(told[0]?.step).toBe(0);
    expect(told[1]?.step).toBeGreaterThan(0);
  });

  it('has the share of time that was spent waiting for data', async () => {
    const share = async (data: Dataset): Promise<number> => {
      const end = (await train({ data })).at(-1);
      return end?.type === 'end' ? end.waitedShare : Number.NaN;
    };
    const slow = await share(dataThat(() => setTimeout(300) as unknown as Promise<void>));
    expect(slow).toBeGreaterThan(0.5);
    expect(slow).toBeLessThanOrEqual(1);
    expect(await share(tinyData())).toBeLessThan(slow);
  });

  it('has samples of the state between steps, which change nothing', async () => {
    const [a, b] = [await temporaryDir(), await temporaryDir()];
    await train({ out: a });
    await using trainer = await Trainer.create({ recipe: tinyRecipe(), data: tinyData(), out: b });
    for await (const event of trainer.train()) {
      if (event.type === 'progress') expect((await trainer.sample(3)).shape).toEqual([3, 1, 8, 8]);
    }
    expect(await tensorsOf(at(b, 20))).toEqual(await tensorsOf(at(a, 20)));
  });
});

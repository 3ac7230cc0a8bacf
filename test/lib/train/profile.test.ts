import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProfileEvent, TrainEvent, WarningEvent } from '../../../lib/train/events.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, collect, tensorsOf, train } from './training.js';

interface TraceEvent {
  ph: string;
  cat: string;
  name: string;
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args: { node?: string; inputs?: string; op?: string };
}

const profileOf = (events: TrainEvent[]): ProfileEvent =>
  events.find((event) => event.type === 'profile') as ProfileEvent;
const warningsOf = (events: TrainEvent[]): WarningEvent[] =>
  events.filter((event) => event.type === 'warning' && event.kind === 'profile') as WarningEvent[];
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

const out = await mkdtemp(join(tmpdir(), 'ganode-'));
afterAll(() => rm(out, { recursive: true, force: true }));

describe('the trace of a training', async () => {
  const recipe = tinyRecipe({ penalties: [{ kind: 'r1', weight: 1 }] });
  const events = await train({ out, recipe, profile: { warmUp: 3, steps: 4 } });
  const { path, profile, step } = profileOf(events);
  const text = await readFile(path as string, 'utf8');
  const trace = JSON.parse(text) as { traceEvents: TraceEvent[]; otherData: object };
  const complete = trace.traceEvents.filter(({ ph }) => ph === 'X');
  const names = (cat: string): Set<string> =>
    new Set(complete.filter((event) => event.cat === cat).map(({ name }) => name));

  it('is in the run directory, and says which steps it is of', async () => {
    expect(path).toBe(join(out, 'profile.json'));
    expect(await readdir(out)).not.toContainEqual(expect.stringMatching(/\.tmp$/));
    expect(trace.otherData).toMatchObject({ firstStep: 4, steps: 4, node: process.version });
    expect(profile).toMatchObject({ firstStep: 4, steps: 4 });
    // Told when those steps were done, not when training ended.
    expect(step).toBeGreaterThanOrEqual(7);
    expect(step).toBeLessThan(20);
    expect(warningsOf(events)).toEqual([]);
  });

  it('has the phases and the names of the nodes', () => {
    expect(complete.filter(({ cat }) => cat === 'step')).toHaveLength(4);
    expect([...names('phase')].sort()).toEqual(
      [
        ...['data', 'statistics', 'weight average', 'gradient'],
        ...['discriminator update', 'discriminator forward onReal', 'discriminator forward onFake'],
        ...['discriminator backward', 'discriminator optimizer'],
        ...[
          'discriminator forward onFakes',
          'generator update',
          'generator forward',
          'generator backward',
          'generator optimizer',
        ],
      ].sort(),
    );
    expect(names('network')).toEqual(new Set(['generator', 'discriminator']));
    expect(names('node')).toEqual(
      new Set(
        ['dense', 'batchNorm', 'relu', 'dense1', 'tanh', 'reshape'].concat([
          'conv2d',
          'leakyRelu',
          'dropout',
          'flatten',
        ]),
      ),
    );
    expect(names('operator')).toContain('aten::convolution');
    const convolution = complete.find(({ name }) => name === 'aten::convolution');
    expect(convolution?.args).toEqual({
      node: 'conv2d',
      inputs: expect.stringMatching(/^\[8, 1, 8, 8\], \[4, 1, 4, 4\]/),
    });
    for (const event of complete.filter(({ name }) => name.startsWith('ConvolutionBackward'))) {
      expect(event.args.node).toBe('conv2d');
    }
  });

  it('nests: on a thread, of two events one is inside the other or after it', () => {
    for (const { ts, dur, pid, tid } of complete) {
      expect(ts).toBeGreaterThanOrEqual(0);
      expect(dur).toBeGreaterThanOrEqual(0);
      expect(pid).toBe(process.pid);
      expect(Number.isSafeInteger(tid)).toBe(true);
    }
    const rounding = 1e-6;
    for (const thread of new Set(complete.map(({ tid }) => tid))) {
      const open: number[] = [];
      for (const { ts, dur } of complete.filter(({ tid }) => tid === thread)) {
        while (open.length > 0 && (open.at(-1) as number) <= ts + rounding) open.pop();
        if (open.length > 0)
          expect(ts + dur).toBeLessThanOrEqual((open.at(-1) as number) + rounding);
        open.push(ts + dur);
      }
    }
  });

  it('sums up to the tables', () => {
    const { operators, phases, nodes, milliseconds } = profile;
    const steps = complete.filter(({ cat }) => cat === 'step');
    expect(milliseconds).toBeCloseTo(sum(steps.map(({ dur }) => dur)) / 4000, 9);
    expect(sum(operators.map((one) => one.milliseconds))).toBeCloseTo(milliseconds, 9);
    expect(sum(operators.map(({ share }) => share))).toBeCloseTo(1, 9);
    // D on real and on fake, and on fake again for G; two in the gradient of R1's gradient.
    const convolution = operators.find(({ name }) => name === 'aten::convolution');
    expect(convolution?.calls).toBe(5);
    const top = phases.filter(({ depth }) => depth === 0);
    expect(top.map(({ name }) => name)).toEqual([
      'data',
      'discriminator update',
      'generator update',
      'statistics',
      'weight average',
    ]);
    expect(sum(top.map((one) => one.milliseconds))).toBeLessThanOrEqual(milliseconds);
    const inD = phases.slice(phases.findIndex(({ name }) => name === 'discriminator update') + 1);
    expect(inD[0]).toMatchObject({ name: 'generator forward', depth: 1, calls: 1 });

    expect(nodes.map(({ network, name }) => `${network}.${name}`).slice(0, 2)).toEqual([
      'generator.dense',
      'generator.batchNorm',
    ]);
    const traced = complete.filter(({ cat, name }) => cat === 'node' && name === 'conv2d');
    const conv = nodes.find(({ name }) => name === 'conv2d');
    expect(conv).toMatchObject({ network: 'discriminator', op: 'conv2d' });
    expect(conv?.forward).toBeCloseTo(sum(traced.map(({ dur }) => dur)) / 4000, 9);
    for (const { name, forward, backward } of nodes) {
      expect(forward, name).toBeGreaterThan(0);
      expect(backward, name).toBeGreaterThan(0);
    }
  });
});

describe('profiling', () => {
  it('changes nothing of what is trained', async () => {
    const [with_, without] = [await temporaryDir(), await temporaryDir()];
    await train({ out: with_, profile: true });
    await train({ out: without });
    expect(await tensorsOf(at(with_, 20))).toEqual(await tensorsOf(at(without, 20)));
    expect(await readdir(without)).not.toContain('profile.json');
  });

  it('is of ten steps after a warm-up of ten, and needs no run directory', async () => {
    const events = await train({ profile: true });
    expect(profileOf(events).profile).toMatchObject({ firstStep: 11, steps: 10 });
    expect(profileOf(events).path).toBeUndefined();
    expect(warningsOf(events)).toEqual([]);
  });

  it('of a short run is of what there is, and says so', async () => {
    const out = await temporaryDir();
    const recipe = tinyRecipe({ duration: { images: 40 } });
    const events = await train({ out, recipe, profile: true });
    expect(profileOf(events).profile).toMatchObject({ firstStep: 3, steps: 3 });
    const message =
      'the profile is of 3 steps: training ended after 5, and 10 were to follow a warm-up of 2';
    expect(warningsOf(events)).toMatchObject([{ message, step: 5 }]);
    expect(await readFile(join(out, 'metrics.jsonl'), 'utf8')).toContain(message);

    const none = await train({ recipe, profile: { warmUp: 5 } });
    expect(profileOf(none)).toBeUndefined();
    expect(warningsOf(none)).toMatchObject([{ message: expect.stringMatching(/^no step was/) }]);
  });

  it('counts from where training goes on', async () => {
    const out = await temporaryDir();
    await train({ out });
    const longer = { duration: { images: 240 } };
    const events = await train({
      out,
      resume: true,
      recipe: longer,
      profile: { warmUp: 2, steps: 3 },
    });
    expect(profileOf(events).profile).toMatchObject({ firstStep: 23, steps: 3 });
  });

  it('keeps two trainings apart', async () => {
    const one = train({ profile: { warmUp: 2, steps: 8 } });
    const linear = tinyRecipe({ accumulation: 2, duration: { images: 320 } });
    const two = train({ recipe: linear, profile: { warmUp: 2, steps: 8 } });
    const calls = (events: TrainEvent[]): number | undefined =>
      profileOf(events).profile.operators.find(({ name }) => name === 'aten::convolution')?.calls;
    // D's passes over real and fake images are one; and the one for G.
    expect(calls(await one)).toBe(2);
    expect(calls(await two)).toBe(4);
  });

  it('refuses what makes no sense', async () => {
    await expect(train({ profile: { steps: 0 } })).rejects.toThrow(
      'Expected a whole number from 1 to 1000 for profile.steps but received 0 of type number',
    );
    await expect(train({ profile: { warmUp: 1.5 } })).rejects.toThrow(
      /from 0 to 1000000000000000 for profile.warmUp/,
    );
  });

  it('ends with a training that is left', async () => {
    await using trainer = await Trainer.create({
      recipe: tinyRecipe(),
      data: tinyData(),
      profile: { warmUp: 0, steps: 15 },
    });
    for await (const event of trainer.train()) if (event.type === 'epoch') break;
    const more = await collect(trainer.train());
    expect(more.at(-1)).toMatchObject({ type: 'end', reason: 'completed', step: 20 });
    expect(profileOf(more).profile.steps).toBeLessThanOrEqual(15);
  });
});

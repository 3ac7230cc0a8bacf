import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gather, type TrainFlags } from '../../../lib/cli/training.js';
import { temporaryDir } from '../../helpers/tiny.js';

const given = (flags: Partial<TrainFlags>): Promise<Awaited<ReturnType<typeof gather>>> =>
  gather({ data: 'mnist', set: [], ...flags });

async function jsonFile(value: unknown): Promise<string> {
  const path = join(await temporaryDir(), 'config.json');
  await writeFile(path, JSON.stringify(value));
  return path;
}

/** A run directory with empty checkpoints: only their names are looked at. */
async function runWith(steps: number[], config: unknown): Promise<string> {
  const run = await temporaryDir();
  await mkdir(join(run, 'checkpoints'));
  for (const step of steps)
    await writeFile(join(run, 'checkpoints', `step-${step}.safetensors`), '');
  await writeFile(join(run, 'config.json'), JSON.stringify(config));
  return run;
}

describe('settings', () => {
  it('count in this order: --config, --set, named options', async () => {
    const config = await jsonFile({ recipe: 'keras-mnist', batch: 1, seed: 1, threads: 1 });
    const { config: merged } = await given({ config, set: ['batch=2', 'seed=2'], seed: 3 });
    expect(merged).toEqual({ recipe: 'keras-mnist', batch: 2, seed: 3, threads: 1 });
  });

  it('leave out what is not given, and replace one duration by another', async () => {
    expect((await given({})).config).toEqual({});
    const config = await jsonFile({ duration: { epochs: 3 } });
    expect((await given({ config, images: 640 })).config).toEqual({ duration: { images: 640 } });
    expect((await given({ epochs: 0.5 })).config).toEqual({ duration: { epochs: 0.5 } });
  });

  it('take weights of another run where --transfer names it, or the config that is repeated', async () => {
    expect((await given({ transfer: 'runs/a' })).transfer).toBe('runs/a');
    const config = await jsonFile({ recipe: { recipe: 'dcgan' }, transfer: 'runs/b' });
    expect((await given({ config })).transfer).toBe('runs/b');
    expect((await given({ config, transfer: 'runs/a' })).transfer).toBe('runs/a');
    expect((await given({})).transfer).toBeUndefined();
  });

  it("are a run's when its config.json is given, with its data", async () => {
    const data = { source: 'photos', options: { image: { height: 32, width: 32 } } };
    const config = await jsonFile({ recipe: { recipe: 'dcgan', batch: 8 }, data, versions: {} });
    expect(await gather({ config, set: [], onBroken: 'error' })).toMatchObject({
      config: { recipe: 'dcgan', batch: 8 },
      data: { source: 'photos', options: { ...data.options, onBroken: 'error' } },
    });
  });

  it("do not carry one data's options over to another", async () => {
    const data = { source: 'mnist', options: { split: 'test' } };
    const config = await jsonFile({ recipe: {}, data });
    expect((await given({ config })).data.options).toEqual({ split: 'test' });
    expect((await given({ config, data: 'fashion-mnist' })).data.options).toEqual({});
  });

  it('of the data are those of the options', async () => {
    const flags = {
      size: { height: 96, width: 64 },
      channels: 1,
      memoryLimit: 0,
      onBroken: 'skip',
      split: 'test',
    } as const;
    expect((await given(flags)).data.options).toEqual({
      image: { height: 96, width: 64, channels: 1 },
      memoryLimit: 0,
      onBroken: 'skip',
      split: 'test',
    });
  });

  it('are refused without data', async () => {
    await expect(gather({ set: [] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Expected --data SOURCE: mnist, fashion-mnist, a folder, or an .npy file',
    });
  });
});

describe('--resume', () => {
  const data = { source: tmpdir(), options: { onBroken: 'error' } };

  it('alone means the latest checkpoint of --out', async () => {
    const out = await runWith([4, 12], { recipe: {}, data });
    expect(await gather({ out, resume: true, set: [] })).toEqual({
      config: {},
      data,
      out,
      changedData: false,
      resume: join(out, 'checkpoints', 'step-12.safetensors'),
    });
    await writeFile(join(out, 'latest'), 'checkpoints/step-4.safetensors\n');
    const { resume } = await gather({ out, resume: true, set: [] });
    expect(resume).toBe(join(out, 'checkpoints', 'step-4.safetensors'));
  });

  it('with a run means that run, and goes on in it', async () => {
    const run = await runWith([7], { recipe: {}, data });
    const resume = join(run, 'checkpoints', 'step-7.safetensors');
    expect(await gather({ resume: run, set: [] })).toMatchObject({ out: run, resume, data });
    expect(await gather({ resume: run, out: 'other', set: [] })).toMatchObject({ out: 'other' });
  });

  it("with a checkpoint means that one, and takes its run's data", async () => {
    const run = await runWith([7, 9], { recipe: {}, data });
    const resume = join(run, 'checkpoints', 'step-7.safetensors');
    expect(await gather({ resume, out: 'other', set: [] })).toMatchObject({ resume, data });
    expect(await gather({ resume, set: [] })).toMatchObject({ resume, out: undefined });
  });

  it('is refused where there is nothing to go on from', async () => {
    await expect(given({ resume: true })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    const empty = await temporaryDir();
    await expect(given({ resume: empty })).rejects.toMatchObject({ code: 'INVALID_DATA' });
    const missing = join(empty, 'none');
    await expect(given({ resume: missing })).rejects.toMatchObject({ code: 'IO' });
  });
});

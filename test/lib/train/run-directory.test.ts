import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Generator } from '../../../lib/sample/generator.js';
import { describe as inspect } from '../../../lib/train/inspect.js';
import { temporaryDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, tensorsOf, train } from './training.js';

const all = { checkpoint: { every: 5, keep: null } };

/** Every file of a folder with its content. */
async function contents(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [relative(dir, path), (await readFile(path)).toString('base64')];
      }),
    ),
  );
}

describe('a run directory', () => {
  it('says what it was made from', async () => {
    const out = await temporaryDir();
    await train({ out, data: tinyData(40, true) });
    const config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    expect(config.dataset).toEqual({
      name: 'array',
      length: 40,
      shape: { channels: 1, height: 8, width: 8 },
      classes: 3,
    });
    expect(config.versions.node).toBe(process.version);
    expect(config.recipe).toMatchObject({ version: 1, batch: 8, seed: 42 });
  });

  it.skipIf(process.platform === 'win32')(
    'takes no pipe for a file of its own, which would keep it waiting',
    async () => {
      for (const name of ['metrics.jsonl', 'latest', 'config.json']) {
        const out = await temporaryDir();
        execFileSync('mkfifo', [join(out, name)]);
        await expect(train({ out })).rejects.toThrow(/^could not read .*: is no file but a pipe$/);
        expect(await readdir(out)).not.toContain('checkpoints');
      }
    },
  );

  it('is not written over, with or without a checkpoint', async () => {
    const out = await temporaryDir();
    await train({ out });
    const before = await contents(out);
    await expect(train({ out })).rejects.toThrow(/holds a run already; resume it/);
    expect(await contents(out)).toEqual(before);
    await rm(join(out, 'checkpoints'), { recursive: true });
    await expect(train({ out })).rejects.toThrow(/without a checkpoint; remove it/);
    await expect(train({ out, resume: true })).rejects.toThrow(/a run with a checkpoint but found/);
  });

  it('is not written over by a run that goes on from the checkpoint of another', async () => {
    const [a, b] = [await temporaryDir(), await temporaryDir()];
    await train({ out: a, recipe: tinyRecipe(all) });
    await train({ out: b, recipe: tinyRecipe(all) });
    const before = await contents(b);
    await expect(train({ out: b, resume: at(a, 5), recipe: {} })).rejects.toThrow(
      /holds a run already/,
    );
    expect(await contents(b)).toEqual(before);
  });

  it('may be a new one for a run that goes on from the checkpoint of another', async () => {
    const [a, b] = [await temporaryDir(), join(await temporaryDir(), 'new')];
    await train({ out: a, recipe: tinyRecipe(all) });
    const before = await contents(a);
    const events = await train({ out: b, resume: at(a, 10), recipe: {} });
    expect(events[0]).toMatchObject({ step: 10, resumedFrom: at(a, 10) });
    expect(await tensorsOf(at(b, 20))).toEqual(await tensorsOf(at(a, 20)));
    expect(await contents(a)).toEqual(before);
  });

  it('is the same under another name of it', async () => {
    const dir = await temporaryDir();
    const run = join(dir, 'run');
    // As a user types it; join() would take the dot away.
    const out = `${relative(process.cwd(), dir)}/./run/`;
    await train({ out, recipe: tinyRecipe(all) });
    expect(await readFile(join(run, 'latest'), 'utf8')).toBe(
      'checkpoints/step-000020.safetensors\n',
    );
    await symlink(run, join(dir, 'link'));
    const events = await train({ out: join(dir, 'link'), resume: at(run, 5), recipe: {} });
    expect(events.at(-1)).toMatchObject({ reason: 'completed', step: 20 });
    expect((await train({ out, resume: run, recipe: {} }))[0]).toMatchObject({ step: 20 });
  });

  it('is resumed from what latest names, or else from the newest', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe(all) });
    await writeFile(join(out, 'latest'), 'checkpoints/step-000010.safetensors\n');
    expect((await inspect(out)).step).toBe(10);
    for (const wrong of ['checkpoints/step-000099.safetensors\n', '../../elsewhere', '']) {
      await writeFile(join(out, 'latest'), wrong);
      expect((await inspect(out)).step).toBe(20);
    }
    await rm(join(out, 'latest'));
    expect((await inspect(out)).step).toBe(20);
  });

  it('loses what a kill has left when it is resumed', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe({ ...all, reportEvery: 1 }) });
    const left = ['latest.x.tmp', 'checkpoints/step-000021.safetensors.1-0.tmp', 'samples/a.tmp'];
    await mkdir(join(out, 'samples'), { recursive: true });
    for (const name of left) await writeFile(join(out, name), 'half');
    const metrics = join(out, 'metrics.jsonl');
    await writeFile(metrics, `${await readFile(metrics, 'utf8')}{"step":2`);
    await train({ out, resume: at(out, 10), recipe: { duration: { images: 96 } } });
    const lines = (await readFile(metrics, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const names = Object.keys(await contents(out));
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await readdir(join(out, 'checkpoints'))).at(-1)).toBe('step-000012.safetensors');
  });

  it('whose latest checkpoint is altered offers the one before, for sampling too', async () => {
    const out = await temporaryDir();
    await train({ out, recipe: tinyRecipe(all) });
    for (const step of [15, 20]) {
      const bytes = await readFile(at(out, step));
      bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
      await writeFile(at(out, step), bytes);
    }
    const earlier = at(out, 10);
    const offer = { code: 'CHECKPOINT_CORRUPT', details: { earlier } };
    await expect(Generator.load(out)).rejects.toMatchObject(offer);
    await expect(inspect(out)).rejects.toThrow(`an earlier one is whole: take ${earlier}`);
    await expect(train({ out, resume: true, recipe: {} })).rejects.toThrow(
      `an earlier one is whole: resume from ${earlier}`,
    );
    expect((await train({ out, resume: earlier, recipe: {} })).at(-1)).toMatchObject({ step: 20 });
    // What is older than all whole ones has none before it.
    await writeFile(at(out, 5), 'short');
    await expect(inspect(at(out, 5))).rejects.not.toThrow(/whole/);
  });
});

/** A short run of the fuzzer; `.ci/run` has a long one. And that it finds what there is to find. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Finished, projectDir, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

const load = (file: string) => import(new URL(`./${file}.mjs`, import.meta.url).href);

function fuzz(...args: string[]): Promise<Finished> {
  return start([join(projectDir, 'test', 'fuzz', 'main.mjs'), ...args]).finished;
}

it('finds nothing in 400 inputs of every kind', async () => {
  const found = await temporaryDir();
  const { code, stdout } = await fuzz('--inputs', '400', '--seed', '20141', '--keep', found);
  expect(stdout).toMatch(/\n40\d inputs in \d+ s, \d+ a second: 0 findings\n$/);
  expect(code).toBe(0);
});

it('makes the same input of the same number', async () => {
  const { Random } = await load('random');
  const { surfaces } = await load('surfaces/index');
  const { makeInput } = await load('input');
  const npy = surfaces.find(({ name }: { name: string }) => name === 'npy');
  const seeds = await npy.seeds();
  expect(makeInput(npy, seeds, 7, 12)).toEqual(makeInput(npy, seeds, 7, 12));
  expect(makeInput(npy, seeds, 7, 13)).not.toEqual(makeInput(npy, seeds, 7, 12));
  expect(new Random('a').next()).toBe(new Random('a').next());
});

it('changes JSON into what no JSON.parse gives', async () => {
  const { treeOf, textOf, mutateJson } = await load('json');
  const { Random } = await load('random');
  const value = { a: [1, { b: 'text' }], c: null };
  expect(JSON.parse(textOf(treeOf(value)))).toEqual(value);
  const texts = Array.from({ length: 3000 }, (_, i) => {
    const trail: string[] = [];
    const text = textOf(mutateJson(new Random(String(i)), treeOf(value), trail));
    expect(trail.length).toBeGreaterThan(0);
    return text;
  });
  for (const wanted of [/"__proto__":/, /"c":.*"c":/, /\[{50}/, /1e999/, /\\u001b/, /NaN/]) {
    expect(texts.some((text) => wanted.test(text))).toBe(true);
  }
});

describe('what is found', () => {
  it.each([
    [new TypeError('x is not a function'), /^a raw TypeError: x is not a function$/],
    ['text', /^a raw String: text$/],
    [['INTERNAL', 'broken'], /^INTERNAL: broken$/],
    [['INVALID_DATA', `/d/file: ${'long '.repeat(200)}`], /^a message of \d+ characters/],
    [['INVALID_DATA', 'expected undefined but received [object Object]'], /^expected undefined/],
  ])('%s', async (thrown, message) => {
    const { faultOf } = await load('verdict');
    const { GanodeError } = await import(join(projectDir, 'dist', 'index.js'));
    const error = Array.isArray(thrown) ? new GanodeError(thrown[0], thrown[1]) : thrown;
    expect(faultOf(error, '/d').message).toMatch(message);
    expect(faultOf(new GanodeError('INVALID_DATA', `/d/file: ${'d'.repeat(300)}`), '/d')).toBe(
      undefined,
    );
  });

  it('is a crash, or no end, of which the input is told and the rest is tried', async () => {
    const dir = await temporaryDir();
    const worker = join(dir, 'worker.mjs');
    await mkdir(join(dir, 'work'));
    await writeFile(
      worker,
      `import { writeFileSync } from 'node:fs';
      process.on('message', ({ from, to, skip }) => {
        let tried = 0;
        for (let i = from; i < to; i += 1) {
          if (skip.includes(i)) continue;
          writeFileSync(process.argv[2] + '/progress', String(i));
          if (i === 3) process.kill(process.pid, 'SIGSEGV');
          for (; i === 5 || i === 3; );
          tried += 1;
        }
        process.send({ tried, findings: [] });
      });
      process.send('ready');`,
    );
    const { Watched } = await load('pool');
    const watched = new Watched({
      work: join(dir, 'work'),
      seeds: dir,
      keep: dir,
      seconds: 2,
      worker,
    });
    const { tried, findings } = await watched.run({ from: 0, to: 8 });
    await watched.stop();
    expect(tried).toBe(8);
    expect(
      findings.map(({ index, kind }: { index: number; kind: string }) => [index, kind]),
    ).toEqual([
      [3, 'SIGSEGV'],
      [5, 'no end within 2 s'],
    ]);
  });

  it('is what stays behind, what is written to, and what is done to all objects', async () => {
    const { layOut, tryInput } = await load('input');
    const dir = join(await temporaryDir(), 'case');
    const laid = layOut(dir, { files: { 'a.txt': Buffer.from('a') }, plan: {} });
    const surface = {
      run: async () => {
        await writeFile(join(dir, 'left.tmp'), '');
        Object.assign(Object.prototype, { polluted: true });
      },
    };
    const { findings } = await tryInput(surface, laid, { commandLine: false });
    expect(findings.map(({ message }: Error) => message)).toEqual([
      'left behind: left.tmp',
      'Object.prototype has polluted',
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

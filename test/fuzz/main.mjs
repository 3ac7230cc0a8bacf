// Reads thousands of inputs that are nearly right: files of every kind that ganode reads, seeded and changed. Each is taken, or refused
// in one line with a documented code. Whatever else happens is a finding: another error, a crash, no end, much memory, a file left.
//
//   npm run test:fuzz -- --inputs 20000              every kind of input, by its weight
//   npm run test:fuzz -- --only checkpoint,config    some
//   npm run test:fuzz -- --seed 7 --only npy --input 1234    one input, with what was changed and what came of it
//   npm run test:fuzz -- --case test/fuzz/found/npy-7-1234   one that was kept
//   npm run test:fuzz -- --inputs 1000000 --part 3/10 --record   a tenth of a long run, written down in bench/quality/results/fuzz.json
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { keepInput, layOut, makeInput, readKept, tryInput } from './input.mjs';
import { Watched } from './pool.mjs';
import { record, report, Tally } from './report.mjs';
import { readFiles, writeFiles } from './surfaces/common.mjs';
import { surfaces } from './surfaces/index.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    input: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    case: { type: 'string' },
    jobs: { type: 'string', default: String(Math.min(8, cpus().length)) },
    seconds: { type: 'string', default: '20' },
    'command-line-every': { type: 'string', default: '2000' },
    keep: { type: 'string', default: fileURLToPath(new URL('./found', import.meta.url)) },
    record: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const chosen = choose(values.only);
const temporary = mkdtempSync(join(tmpdir(), 'ganode-fuzz-'));

try {
  process.exitCode =
    values.case !== undefined || values.input !== undefined ? await one() : await many();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function choose(only) {
  const names = only?.split(',') ?? surfaces.map(({ name }) => name);
  return names.map((name) => {
    const found = surfaces.find((surface) => surface.name === name);
    if (!found) throw new Error(`no input is called ${name}: ${surfaces.map((one) => one.name)}`);
    return found;
  });
}

/** One input, in this process. */
async function one() {
  const kept = values.case === undefined ? undefined : readKept(values.case);
  const [surface] = kept ? choose(kept.surface) : chosen;
  const input = kept ?? makeInput(surface, await surface.seeds(), seed, Number(values.input));
  const laid = layOut(join(temporary, 'case'), input);
  process.chdir(laid.dir);
  const { outcomes, findings } = await tryInput(surface, laid, { commandLine: true });
  process.chdir('/');
  console.log(`${surface.name}, ${JSON.stringify(input.plan)}`);
  for (const line of input.trail) console.log(`  ${line}`);
  for (const [action, outcome] of outcomes) console.log(`${action}: ${outcome}`);
  for (const { kind, message, details } of findings) {
    console.log(`FOUND ${kind}\n  ${message}\n  ${details?.stack ?? ''}`);
  }
  return findings.length > 0 ? 1 : 0;
}

/** Inputs of all kinds in chunks, in child processes. */
async function many() {
  const inputs = Number(values.inputs);
  const started = Date.now();
  console.log(
    `fuzzing ${inputs} inputs, seed ${seed}: ${chosen.map(({ name }) => name).join(', ')}`,
  );
  const seedsDir = join(temporary, 'seeds');
  for (const surface of chosen) writeFiles(join(seedsDir, surface.name), await surface.seeds());
  const chunks = partOf(chunksOf(inputs));
  const tally = new Tally();
  const runner = async (_, worker) => {
    const watched = new Watched({
      work: join(temporary, `worker-${worker}`),
      seeds: seedsDir,
      keep: values.keep,
      seconds: Number(values.seconds),
    });
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
      tally.add(chunk, await watched.run(chunk));
    }
    await watched.stop();
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, runner));
  const seconds = (Date.now() - started) / 1000;
  for (const finding of tally.findings.values()) if (finding.isLost) keepLost(finding, seedsDir);
  const failed = report(tally, { seconds, seed, keep: values.keep });
  if (values.record) record(tally, { seconds, seed, inputs, part: values.part });
  return failed ? 1 : 0;
}

function chunksOf(inputs) {
  const total = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const size = 100;
  const chunks = chosen.flatMap(({ name, weight }) => {
    const count = Math.max(1, Math.round((inputs * weight) / total));
    return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
      surface: name,
      seed,
      from: i * size,
      to: Math.min(count, (i + 1) * size),
      // One of every kind at least.
      commandLineEvery: Math.min(count, Number(values['command-line-every'])),
    }));
  });
  // Mixed, so that what is found by the time is of every kind, and a long run shows early what it will come to.
  return chunks.sort((a, b) => a.from - b.from);
}

/** The chunks of the part that is asked for: every so manieth. All parts together are the whole; each has a mix of kinds of its own. */
function partOf(chunks) {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(values.part)?.map(Number) ?? [];
  if (!(part >= 1 && part <= parts))
    throw new Error(`expected a part such as 3/10: ${values.part}`);
  return chunks.filter((_, index) => index % parts === part - 1);
}

/** An input that ended its process could not be kept there. */
function keepLost({ surface: name, index, ...finding }, seedsDir) {
  const [surface] = choose(name);
  const input = makeInput(surface, readFiles(join(seedsDir, name)), seed, index);
  keepInput(join(values.keep, `${name}-${seed}-${index}`), surface, input, [finding]);
}

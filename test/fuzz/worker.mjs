// A child process that tries inputs. What it is at stands in a file, so that whoever watches knows which input ended it.
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { keepInput, layOut, makeInput, tryInput } from './input.mjs';
import { readFiles } from './surfaces/common.mjs';
import { surfaces } from './surfaces/index.mjs';
import { Finding, kindOf } from './verdict.mjs';

const [work, seedsDir, keep] = process.argv.slice(2);
const caseDir = join(work, 'case');
mkdirSync(work, { recursive: true });
const progress = openSync(join(work, 'progress'), 'w');
const seedsOf = new Map();

/** What nobody awaited; it belongs to the input that is being tried. */
const strays = [];
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    strays.push(new Finding(`${event}: ${kindOf(String(error?.message))}`, String(error?.stack)));
  });
}

function seedsFor(name) {
  if (!seedsOf.has(name)) seedsOf.set(name, readFiles(join(seedsDir, name)));
  return seedsOf.get(name);
}

/** @param {{ surface: string, seed: number, from: number, to: number, skip: number[], commandLineEvery: number }} chunk */
async function runChunk({ surface: name, seed, from, to, skip, commandLineEvery }) {
  const surface = surfaces.find((one) => one.name === name);
  const seeds = seedsFor(name);
  const result = { tried: 0, outcomes: {}, findings: [], slowest: { seconds: 0 } };
  for (let index = from; index < to; index += 1) {
    if (skip.includes(index)) continue;
    writeSync(progress, String(index).padEnd(20), 0);
    const input = makeInput(surface, seeds, seed, index);
    const laid = layOut(caseDir, input);
    process.chdir(caseDir);
    const started = process.cpuUsage();
    const commandLine = index % commandLineEvery === commandLineEvery - 1;
    const { outcomes, findings } = await tryInput(surface, laid, { commandLine });
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    if (seconds > result.slowest.seconds && !commandLine) result.slowest = { seconds, index };
    findings.push(...strays.splice(0));
    result.tried += 1;
    for (const [action, outcome] of outcomes) {
      result.outcomes[action] ??= {};
      const all = result.outcomes[action];
      all[outcome] = (all[outcome] ?? 0) + 1;
    }
    if (findings.length === 0) continue;
    const told = findings.map(({ kind, message, details }) => ({ kind, message, ...details }));
    keepInput(join(keep, `${name}-${seed}-${index}`), surface, input, told);
    result.findings.push(...told.map((finding) => ({ index, trail: input.trail, ...finding })));
  }
  return result;
}

process.on('message', async (chunk) => {
  process.send(await runChunk(chunk));
});
process.send('ready');

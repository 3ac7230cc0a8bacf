// What the quality runs share: options, seeds in child processes of their own, results on disk.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { native } from '../../dist/native.js';

const here = dirname(fileURLToPath(import.meta.url));

/** Where the recorded results of a benchmark are. */
export const resultsPath = (name) => join(here, 'results', `${name}.json`);

/** "0,1,2" or "10": that many from 0. */
export function seedsOf(text) {
  if (text.includes(',')) return text.split(',').map(Number);
  return Array.from({ length: Number(text) }, (_, seed) => seed);
}

/** Runs a script of this folder once for each seed, `parallel` at a time; each prints its result as the last line of its output. */
export async function forEachSeed(script, args, seeds, parallel) {
  const results = new Array(seeds.length);
  const waiting = seeds.map((seed, i) => [seed, i]);
  const runner = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [seed, i] = next;
      results[i] = await runSeed(script, [...args, '--seed', String(seed)]);
      console.log(`seed ${seed}: ${JSON.stringify(results[i])}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, runner));
  return results;
}

function runSeed(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(here, script), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.on('close', (status) => {
      if (status !== 0) reject(new Error(`${script} ${args.join(' ')}: exit ${status}`));
      else resolve(JSON.parse(output.trim().split('\n').at(-1)));
    });
  });
}

/** Mean and (sample) standard deviation of a field. */
export function summary(results, field) {
  const values = results.map((result) => result[field]);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** Writes results under a key of a file, beside what other runs wrote there. */
export function record(name, key, value) {
  const path = resultsPath(name);
  let all = {};
  try {
    all = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const { libtorchLoaded: libtorch, ganode } = native().info();
  const machine = { processor: cpus()[0]?.model, cores: cpus().length };
  all[key] = { date: new Date().toISOString().slice(0, 10), ganode, libtorch, machine, ...value };
  writeFileSync(`${path}.tmp`, `${JSON.stringify(all, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
  console.log(path);
}

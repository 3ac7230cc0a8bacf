// The bench: ganode and its peers on the same work, in turn. `docs/performance.md` says what is measured, and what came of it.
import { writeFile } from 'node:fs/promises';
import { parseArguments, usage } from './lib/arguments.mjs';
import { describeMachine, formatMachine, formatVersions } from './lib/machine.mjs';
import { formatWork } from './lib/report.mjs';
import { runWork } from './lib/rounds.mjs';
import { works } from './works/index.mjs';

async function main() {
  const options = parseArguments(process.argv.slice(2), Object.keys(works));
  if (options.help) return console.log(usage);
  if (options.list) {
    for (const [name, make] of Object.entries(works))
      console.log(`${name.padEnd(18)}${make.title}`);
    return;
  }
  const machine = describeMachine(options.threads);
  console.log(formatMachine(machine));
  const results = [];
  const told = {};
  for (const name of options.only) {
    const { title, make } = works[name];
    const result = await runWork({ name, title, ...make() }, options, progress);
    progress('');
    results.push(result);
    console.log(formatWork(result));
    for (const { versions } of result.rows) Object.assign(told, versions);
    if (options.json) {
      const data = { machine, options, versions: told, works: results };
      await writeFile(options.json, `${JSON.stringify(data, null, 2)}\n`);
    }
  }
  console.log(`\n${formatVersions(told)}`);
}

/** Where the run stands, on one line of a terminal. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

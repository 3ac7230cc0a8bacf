// The bench: ganode and its peers on the same work, in turn. `docs/performance.md` says what is measured, and what came of it.
import { writeFile } from 'node:fs/promises';
import { parseArguments, usage } from './lib/arguments.mjs';
import { requireDevice } from './lib/device.mjs';
import { describeMachine, formatMachine, formatVersions } from './lib/machine.mjs';
import { formatWork } from './lib/report.mjs';
import { runWork } from './lib/rounds.mjs';
import { works } from './works/index.mjs';

async function main() {
  const options = parseArguments(process.argv.slice(2), works);
  if (options.help) return console.log(usage);
  if (options.list) {
    for (const [name, make] of Object.entries(works))
      console.log(`${name.padEnd(18)}${make.title}`);
    return;
  }
  await requireDevice(options.device);
  const machine = await describeMachine(options);
  console.log(formatMachine(machine));
  const results = [];
  const told = {};
  for (const { name, title, make } of planned(options)) {
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

/** The works that are asked for; those that take a batch, once with each. */
function planned({ only, device, batches }) {
  return only.flatMap((name) => {
    const { title, places, make } = works[name];
    if (!places) return [{ name, title, make }];
    return batches.map((batch) => ({
      name,
      title: `${title}, batch ${batch}${device === 'cpu' ? '' : `, ${device}`}`,
      make: () => make({ device, batch }),
    }));
  });
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

// One input: made from its number, written to a folder, and tried.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command-line.mjs';
import { peakMemory, resetPeak } from './memory.mjs';
import { Random } from './random.mjs';
import { namesBelow, readFiles, writeFiles } from './surfaces/common.mjs';
import { Finding, faultOf, kindOf } from './verdict.mjs';

/** Bytes that an input of some kilobytes may make the process grow by while it is read. */
const mostGrowth = 2 ** 29;

/** Makes the input of a number. Equal arguments give equal inputs. */
export function makeInput(surface, seeds, seed, index) {
  const random = new Random(`${seed} ${surface.name} ${index}`);
  const trail = [];
  return { ...surface.make(random, seeds, trail), trail };
}

/** Writes an input's files into an empty folder. */
export function layOut(dir, { files, plan, substitute = [] }) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const own = { ...files };
  for (const name of substitute)
    own[name] = Buffer.from(own[name].toString('latin1').replaceAll('DIR', dir), 'latin1');
  writeFiles(dir, own);
  return { dir, plan, names: new Set(Object.keys(own)) };
}

/**
 * Tries what was laid out.
 *
 * @param {{ commandLine: boolean }} how Whether the command line is tried too.
 * @returns {Promise<{ outcomes: [action: string, outcome: string][], findings: Finding[] }>}
 */
export async function tryInput(surface, { dir, plan, names }, { commandLine }) {
  const outcomes = [];
  const findings = [];
  // What the first action came to is what the command line should come to.
  let first;
  const add = (found) => {
    if (!findings.some(({ kind }) => kind === found.kind)) findings.push(found);
  };
  const attempt = async (action, work) => {
    try {
      const result = await work();
      first ??= {};
      outcomes.push([action, 'taken']);
      return result;
    } catch (error) {
      if (error instanceof Finding) throw error;
      first ??= { error };
      const fault = faultOf(error, dir);
      if (fault) add(new Finding(fault.kind, `${action}: ${fault.message}`, fault.details));
      outcomes.push([
        action,
        `${error?.code}: ${kindOf(String(error?.message).replaceAll(dir, ''))}`,
      ]);
      return undefined;
    }
  };
  const before = resetPeak();
  await surface.run(dir, plan, attempt).catch((error) => {
    add(
      error instanceof Finding ? error : new Finding(`the fuzzer: ${error.message}`, error.stack),
    );
  });
  const growth = peakMemory() - before;
  if (growth > mostGrowth)
    add(new Finding('memory', `the process grew by ${Math.round(growth / 2 ** 20)} MiB`));
  for (const found of leftBehind(dir, names, surface)) add(found);
  if (commandLine) {
    const fault = await runCommand(surface.commandLine(dir, plan), dir, first?.error);
    outcomes.push(['command line', fault ? 'fault' : 'as promised']);
    if (fault) add(fault);
  }
  return { outcomes, findings };
}

/** What was changed or left where only reading was asked for, and what an action with `__proto__` may have done to all objects. */
function leftBehind(dir, names, { writes = () => false }) {
  const found = [];
  if (existsSync(dir)) {
    const extra = namesBelow(dir).filter((name) => !names.has(name) && !writes(name));
    if (extra.length > 0)
      found.push(
        new Finding(`left behind: ${kindOf(extra[0])}`, `left behind: ${extra.join(', ')}`),
      );
  }
  const strange = Object.keys(Object.prototype);
  if (strange.length > 0) {
    found.push(new Finding('prototype', `Object.prototype has ${strange}`));
    for (const key of strange) delete Object.prototype[key];
  }
  return found;
}

/** Keeps an input that failed, so that `--case DIR` tries it again. */
export function keepInput(folder, surface, { files, plan, substitute, trail }, findings) {
  rmSync(folder, { recursive: true, force: true });
  writeFiles(join(folder, 'files'), files);
  const about = { surface: surface.name, plan, substitute, trail, findings };
  writeFileSync(join(folder, 'case.json'), `${JSON.stringify(about, null, 2)}\n`);
}

export function readKept(folder) {
  const about = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
  return { ...about, files: readFiles(join(folder, 'files')) };
}

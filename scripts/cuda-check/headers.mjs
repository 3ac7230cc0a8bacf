// What the compiler read, as Ninja keeps it.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * The headers that objects of a build folder were made of: `addon` of everything but the library that records steps,
 * `recorder` of that; `objects`: the number of the former.
 */
export function headersOf(build) {
  const text = execFileSync('ninja', ['-C', build, '-t', 'deps'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addon = new Set();
  const recorder = new Set();
  let objects = 0;
  for (const block of text.split(/\n(?=\S)/)) {
    const [, object, state] = /^(\S+): #deps \d+.*\((\w+)\)/.exec(block) ?? [];
    if (object === undefined) continue;
    if (state !== 'VALID') throw new Error(`what ${object} was made of is not known (${state})`);
    const isRecorder = object.startsWith('CMakeFiles/ganode_cuda.dir/');
    if (!isRecorder) objects += 1;
    const into = isRecorder ? recorder : addon;
    for (const [, path] of block.matchAll(/^ {4}(\S+)$/gm)) into.add(resolve(build, path));
  }
  return { addon, recorder, objects };
}

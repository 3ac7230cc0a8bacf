// Whether a library can be opened, with all symbols that it asks for, in a process of its own.
import { spawnSync } from 'node:child_process';

/** What the linker says; undefined where it opens. `before`: libraries that `preload`, an addon, opens first. */
export function whyNotOpened(library, { preload, before }) {
  const program = `
    const { preload } = require(${JSON.stringify(preload)});
    for (const path of ${JSON.stringify(before)}) preload(path);
    process.dlopen({ exports: {} }, ${JSON.stringify(library)}, require('node:os').constants.dlopen.RTLD_NOW);`;
  const { stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
  const [, problem = stderr] = /^Error: (.*)$/m.exec(stderr) ?? [];
  // Node's complaint of what it could open, and is no addon.
  return problem.startsWith('Module did not self-register') ? undefined : problem;
}

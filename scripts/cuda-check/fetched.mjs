// libtorch with CUDA, and whether its libraries find what they need.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findLibtorch } from '../libtorch.mjs';
import { needed, runPaths } from '../pack/elf.mjs';

/** Libraries of the system's and of GNU's compilers. */
const ofSystem = /^(ld-linux-x86-64|lib(c|m|dl|rt|pthread|util|stdc\+\+|gcc_s|gomp))\.so(\.\d+)*$/;

export async function fetched(state) {
  state.libtorch = await findLibtorch({
    variant: 'cuda',
    version: state.version,
    log: (line) => console.error(line),
  });
  state.cache = dirname(state.libtorch);
  const path = join(state.cache, 'manifest.json');
  if (!existsSync(path)) throw new Error(`${path} is not there; remove that folder`);
  const { files, opened } = JSON.parse(readFileSync(path, 'utf8'));
  const ours = [...files, ...opened].map(({ name }) => name);
  for (const { name } of files) {
    const lost = needed(join(state.cache, name)).filter(
      (library) => !ofSystem.test(library) && !found(library, name, state.cache),
    );
    if (lost.length > 0)
      throw new Error(`${name} needs ${lost.join(', ')}, which it does not find`);
  }
  return `${state.version}, ${ours.length} libraries; all that ${files.map(({ name }) => basename(name)).join(', ')} need lies where their run paths say`;
}

/** The paths of what the loader opens, in its order. */
export function librariesIn(cache) {
  const { files } = JSON.parse(readFileSync(join(cache, 'manifest.json'), 'utf8'));
  return files.map(({ name }) => join(cache, name));
}

/** Whether the run paths of a library of the cache's lead to another. */
function found(library, by, cache) {
  const path = join(cache, by);
  return runPaths(path).some((folder) =>
    existsSync(join(folder.replace('$ORIGIN', dirname(path)), library)),
  );
}

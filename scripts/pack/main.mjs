// Makes the packages that users install, of what this repository is now.
//
//   npm run pack:all     into dist-packages/
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative } from '../build-native.mjs';
import { versionOf } from '../libtorch/inspect.mjs';
import { findLibtorch } from '../libtorch.mjs';
import { projectDir } from '../paths.mjs';
import { npm, npmOutput } from '../run.mjs';
import { lastRun } from '../sanitize/record.mjs';
import { packedRecorder, stageAddon } from './addon.mjs';
import { stageLibrary } from './library.mjs';
import { stageRuntime } from './runtime.mjs';

/** Bytes that a package may have, packed. */
const limits = { ganode: 1e6, addon: 10e6, runtime: 180e6 };

const outDir = join(projectDir, 'dist-packages');
const log = (line) => console.error(line);

/** Packs a folder as it would be published; prints what came of it. */
function pack(dir, limit) {
  const [{ filename, entryCount, unpackedSize }] = JSON.parse(
    npmOutput(['pack', '--json', '--pack-destination', outDir], dir),
  );
  const path = join(outDir, filename);
  const { size } = statSync(path);
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  console.log(
    `${filename}: ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, ${entryCount} files`,
  );
  if (size > limit) throw new Error(`${filename} is larger than ${megabytes(limit)}`);
}

try {
  const libtorch = await findLibtorch({ log });
  const addon = await buildNative({ log, libtorch });
  rmSync(join(projectDir, 'dist'), { recursive: true, force: true });
  npm(['run', '--silent', 'build']);
  const { prebuilt } = await import('../../dist/addon/platform.js');

  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  pack(stageLibrary(prebuilt), limits.ganode);
  const recorder = packedRecorder(libtorch);
  pack(await stageAddon(libtorch, recorder), limits.addon);
  pack(stageRuntime(addon, libtorch), limits.runtime);
  if (!recorder) {
    const version = versionOf(libtorch);
    console.log(
      `without ganode_cuda.so, which records steps on a GPU: it takes \`npm run check:cuda -- --libtorch-version ${version}\``,
    );
  }
  console.log(lastRun().line);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

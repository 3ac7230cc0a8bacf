// Writes the manifest of an addon that was built without cmake-js.
//
//   node manifest.mjs TORCH    the folder of the libtorch that it was built for
import { join } from 'node:path';
import { writeManifest } from '../build-native.mjs';
import { projectDir } from '../paths.mjs';

writeManifest(join(projectDir, 'build', 'Release'), process.argv[2]);

// The package `ganode`: JavaScript, types, and the C++ sources for those who build.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../paths.mjs';
import { addonName } from './addon.mjs';
import { copyIn, freshDir, project, writeJson } from './stage.mjs';

/** Fields that only a clone has a use for. */
const ofAClone = ['scripts', 'devDependencies', 'gypfile', 'private'];

/** Lays the package out; `prebuilt`: platforms that have packages. Returns its folder. */
export function stageLibrary(prebuilt) {
  const dir = freshDir('ganode');
  copyIn(dir, project.files, (path) => !path.includes('doctest'));
  for (const name of ['README.md', 'LICENSE']) {
    cpSync(join(projectDir, name), join(dir, name));
  }
  const fields = Object.entries(project).filter(([name]) => !ofAClone.includes(name));
  const packages = prebuilt.map((platform) => addonName.replace(/\/.*/, `/${platform}`));
  writeJson(join(dir, 'package.json'), {
    ...Object.fromEntries(fields),
    optionalDependencies: Object.fromEntries(packages.map((name) => [name, project.version])),
  });
  return dir;
}

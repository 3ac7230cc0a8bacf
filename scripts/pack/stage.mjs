// What all packages have in common: the folder in which they are laid out, their fields, their manifests.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformName, projectDir } from '../paths.mjs';

export const project = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
export const platform = platformName();
export const stageDir = join(projectDir, 'build', 'packages');

/** An empty folder for a package's files. */
export function freshDir(name) {
  const dir = join(stageDir, name.replace('@ganode/', ''));
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Fields of a package that has native files. */
export function nativeFields(name, version, description) {
  const { license, author, homepage, repository, bugs, engines } = project;
  const [os, cpu] = platform.split('-');
  const libc = os === 'linux' ? { libc: ['glibc'] } : {};
  return {
    ...{ name, version, description, license, author, homepage, repository, bugs, engines },
    ...{ os: [os], cpu: [cpu], ...libc },
    // Yarn's archives would hide the files from the linker.
    preferUnplugged: true,
  };
}

export function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** A file of a package as its manifest has it. */
export function fileEntry(dir, name) {
  const path = join(dir, name);
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { name, bytes: statSync(path).size, sha256 };
}

/** Copies files and folders of the project; `keep(path)` leaves some out. */
export function copyIn(dir, names, keep = () => true) {
  for (const name of names) {
    cpSync(join(projectDir, name), join(dir, name), { recursive: true, filter: keep });
  }
}

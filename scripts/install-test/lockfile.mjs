// What package-lock.json says of packages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../paths.mjs';

const { packages } = JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8'));

/** The place in the lock at which a package at `from` finds `name`, as Node looks for it. */
function find(from, name) {
  for (let dir = from; ; dir = dir.slice(0, Math.max(0, dir.lastIndexOf('/node_modules/')))) {
    const place = dir === '' ? `node_modules/${name}` : `${dir}/node_modules/${name}`;
    if (packages[place]) return place;
    if (dir === '') return undefined;
  }
}

/**
 * Everything that installing `names` installs: `{ name, version, …fields of a package.json, integrity }`, by its place, such as
 * `node_modules/sharp`.
 */
export function places(names) {
  const found = new Map();
  const visit = (from, name) => {
    const place = find(from, name);
    if (!place || found.has(place)) return;
    const entry = packages[place];
    found.set(place, { ...entry, name: entry.name ?? name });
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const each of Object.keys({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      visit(place, each);
    }
  };
  for (const name of names) visit('', name);
  return found;
}

/** The same without their places. */
export function closure(names) {
  return [...places(names).values()];
}

/** Whether a package installs on this platform. */
export function isForHere({ os, cpu, libc }) {
  const fits = (list, value) => !list || list.includes(value) || list.includes('any');
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, 'glibc');
}

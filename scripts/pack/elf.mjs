// What binaries of Linux ask for, as readelf (binutils) tells.
import { execFileSync } from 'node:child_process';

function readelf(...args) {
  return execFileSync('readelf', ['-W', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** File names of the libraries that it is linked against. */
export function needed(file) {
  return [...readelf('-d', file).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
}

/** Folders in which it has libraries looked for. */
export function runPaths(file) {
  return [...readelf('-d', file).matchAll(/\((?:RUNPATH|RPATH)\).*\[(.*)\]/g)].flatMap(
    ([, paths]) => paths.split(':'),
  );
}

/** Names that others can link against. */
export function exportedSymbols(file) {
  return symbolsOf(file).flatMap(({ name, isUndefined }) => (isUndefined ? [] : [name]));
}

/** Names that it asks others for. */
export function undefinedSymbols(file) {
  return symbolsOf(file).flatMap(({ name, isUndefined }) => (isUndefined ? [name] : []));
}

/** Names that are not its own affair, without versions. */
function symbolsOf(file) {
  return readelf('--dyn-syms', file)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([number, , , , bind, , , name]) => /^\d+:$/.test(number) && bind !== 'LOCAL' && name)
    .map(([, , , , , , index, name]) => ({
      name: name.replace(/@.*/, ''),
      isUndefined: index === 'UND',
    }));
}

/** The oldest glibc that has all that it asks for, such as `2.34`. */
export function oldestGlibc(files) {
  const versions = files
    .flatMap((file) => [...readelf('-V', file).matchAll(/GLIBC_(\d+)\.(\d+)/g)])
    .map(([, major, minor]) => [Number(major), Number(minor)]);
  versions.sort(([a, b], [c, d]) => a - c || b - d);
  return versions.at(-1)?.join('.');
}

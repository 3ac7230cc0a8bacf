// When everything last ran with sanitizers and was clean, and on which sources.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectDir } from '../paths.mjs';

const path = join(projectDir, 'scripts', 'sanitize', 'last.json');

/** What is compiled, and how. */
const compiled = ['native', join('test', 'native'), 'cmake', 'CMakeLists.txt'];

/** A digest of the names and contents of all that is compiled. */
function sourcesDigest() {
  const files = compiled.flatMap((part) => {
    const whole = join(projectDir, part);
    if (!part.includes('.')) {
      return readdirSync(whole, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    }
    return [whole];
  });
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash
      .update(`${relative(projectDir, file)}\n`)
      .update(readFileSync(file))
      .update('\n');
  }
  return hash.digest('hex').slice(0, 16);
}

export function writeLastRun(summary) {
  const record = {
    date: new Date().toISOString().slice(0, 10),
    sources: sourcesDigest(),
    ...summary,
  };
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
}

/** A line about the last clean run, and whether the sources are still those. */
export function lastRun() {
  if (!existsSync(path)) return { line: 'sanitizers: no clean run is on record', current: false };
  const { date, sources, testCases, assertions, addonTests } = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  const current = sources === sourcesDigest();
  const ran = `${testCases} test cases with ${assertions} assertions, ${addonTests} tests of the addon`;
  const since = current ? 'of these sources' : 'of other C++ sources than these';
  return { line: `sanitizers: last clean run on ${date}, ${since} (${ran})`, current };
}

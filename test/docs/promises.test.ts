/** Every test that `docs/promises.md` names is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectDir } from '../helpers/child.js';

const text = readFileSync(join(projectDir, 'docs', 'promises.md'), 'utf8');

/** The cells "held by": files, each with names of tests after it. */
function named(): { file: string; names: string[] }[] {
  const rows = text.split('\n').filter((line) => /^\| .*`test\//.test(line));
  return rows.flatMap((row) => {
    const cell = row.slice(0, -1).split('|').at(-1) ?? '';
    return cell.split(/(?=`test\/)/).flatMap((part) => {
      const file = part.match(/^`(test\/[^`]+)`/)?.[1];
      if (!file) return [];
      return [{ file, names: [...part.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name) }];
    });
  });
}

it('every promise names its tests', () => {
  const promises = text.split('\n').filter((line) => /^\| (?!promise|-)/.test(line));
  expect(promises.length).toBeGreaterThan(20);
  for (const promise of promises) expect(promise).toMatch(/`test\/[^`]+`: "[^"]+"/);
});

it.each(named())('$file', ({ file, names }) => {
  const source = readFileSync(join(projectDir, file), 'utf8');
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(source).toContain(name);
});

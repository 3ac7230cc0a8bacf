/** Command lines as the documentation shows them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from './child.js';

/** README.md and every page of docs. */
export function documents(): string[] {
  const pages = readdirSync(join(projectDir, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.map((name) => `docs/${name}`)];
}

/**
 * The command lines of a page, in their order: lines of `sh` blocks, and of any block those that begin with `$ `. Where a block has
 * such lines, its other lines are what they print. Comments are left out.
 */
export function commandsIn(page: string): string[] {
  const text = readFileSync(join(projectDir, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, language, body = '']) => {
    const lines = body.split('\n').filter((line) => line.trim() !== '');
    const prompted = lines.filter((line) => line.startsWith('$ '));
    const commands =
      prompted.length > 0 ? prompted.map((line) => line.slice(2)) : language === 'sh' ? lines : [];
    return commands.map((line) => line.replace(/\s+#\s.*$/, '').trim());
  });
}

/** The words of a command line, as a shell makes them; quotes may be single or double. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}

/** The README's example is the file in examples/, is type-checked with the rest, and runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { projectDir, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

it('the README shows the example that is tested', async () => {
  const example = await readFile(join(projectDir, 'examples', 'train-and-sample.ts'), 'utf8');
  const readme = await readFile(join(projectDir, 'README.md'), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
});

it('the example trains and samples', async () => {
  const source = await readFile(join(projectDir, 'examples', 'train-and-sample.ts'), 'utf8');
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options });
  // Beside node_modules, where the package finds itself by its own name.
  const file = join(projectDir, 'build', 'train-and-sample.mjs');
  await writeFile(file, outputText);
  const out = join(await temporaryDir(), 'run');
  const result = await start([file, out]).finished;
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(
    /^10\/50 D [\d.]+ G [\d.]+ \d+\/s\n[\s\S]*50\/50 [\s\S]*64×1×28×28 → /,
  );
  expect(await sharp(join(out, 'grid.png')).metadata()).toMatchObject({ width: 238, height: 238 });
});

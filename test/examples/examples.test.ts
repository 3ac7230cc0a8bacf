/** The README's example is the file in examples/, is type-checked with the rest, and runs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { projectDir, start } from '../helpers/child.js';
import { temporaryDir } from '../helpers/tiny.js';

it.each([
  ['README.md', 'train-and-sample'],
  ['README.md', 'custom-loss'],
  ['docs/procedures.md', 'custom-loss'],
  ['docs/procedures.md', 'own-procedure'],
])('%s shows the example that is tested: %s', async (page, name) => {
  const example = await readFile(join(projectDir, 'examples', `${name}.ts`), 'utf8');
  expect(await readFile(join(projectDir, page), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\``);
});

/** Runs an example, which makes a run directory. */
async function run(
  name: string,
  out: string,
): Promise<Awaited<ReturnType<typeof start>['finished']>> {
  const source = await readFile(join(projectDir, 'examples', `${name}.ts`), 'utf8');
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const { outputText } = ts.transpileModule(source, { compilerOptions: options });
  // Beside node_modules, where the package finds itself by its own name.
  const file = join(projectDir, 'build', `${name}.mjs`);
  await writeFile(file, outputText);
  return await start([file, out]).finished;
}

it('the example trains and samples', async () => {
  const out = join(await temporaryDir(), 'run');
  const result = await run('train-and-sample', out);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(
    /^10\/50 D [\d.]+ G [\d.]+ \d+\/s\n[\s\S]*50\/50 [\s\S]*64×1×28×28 → /,
  );
  expect(await sharp(join(out, 'grid.png')).metadata()).toMatchObject({ width: 238, height: 238 });
});

it.each([
  ['custom-loss', ['discriminatorLoss', 'generatorLoss', 'realLogit']],
  ['own-procedure', ['discriminatorLoss', 'generatorLoss', 'encoderGradientNorm']],
])('the example %s trains by a procedure of its own', async (name, columns) => {
  const out = join(await temporaryDir(), 'run');
  const result = await run(name, out);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  for (const column of columns) expect(result.stdout).toMatch(new RegExp(`${column}: -?[\\d.e-]+`));
  const { recipe } = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
  expect(recipe.procedure.updates).toHaveLength(2);
});

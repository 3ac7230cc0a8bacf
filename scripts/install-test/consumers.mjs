// What a TypeScript user sees: the README's examples compiled against the packed package, and what linters of packages say.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../paths.mjs';
import { succeed } from './project.mjs';
import { step } from './steps.mjs';

/** What the README's snippets take as given. */
const given = 'declare const images: Uint8Array;\n';

export function readmeExamples() {
  const readme = readFileSync(join(projectDir, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
}

/** As modules and, in the same compiler run, as CommonJS; declarations of the package are checked too. */
export async function compile(project) {
  await succeed(project, 'npm install --ignore-scripts --save-dev typescript @types/node');
  const examples = readmeExamples();
  for (const [i, code] of examples.entries()) {
    writeFileSync(
      join(project.dir, `example-${i}.ts`),
      `${code.includes('{ images,') ? given : ''}${code}`,
    );
  }
  const common = [
    "import ganode = require('ganode');",
    'const { Trainer, GanodeError } = ganode;',
    "export const trainer: Promise<ganode.Trainer> = Trainer.create({ recipe: 'dcgan', data: 'mnist' });",
    'export const code = (error: unknown): ganode.ErrorCode | undefined =>',
    '  error instanceof GanodeError ? error.code : undefined;',
  ];
  writeFileSync(join(project.dir, 'common.cts'), common.join('\n'));
  for (const module of ['node16', 'nodenext']) {
    await step(
      `types: ${examples.length} examples of the README, and CommonJS, module ${module}`,
      () => {
        const options = `--strict --noEmit --target es2022 --lib es2023,esnext.disposable --types node`;
        return succeed(
          project,
          `node node_modules/typescript/bin/tsc ${options} --module ${module} *.ts *.cts`,
        ).then(() => '');
      },
    );
  }
}

export async function lintPackages(packages) {
  const modules = join(projectDir, 'node_modules');
  const publint = join(modules, 'publint', 'src', 'cli.js');
  const attw = join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const lint = (...args) => {
    try {
      execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe', cwd: projectDir });
    } catch (error) {
      throw new Error(`${error.stdout}${error.stderr}`);
    }
  };
  const library = packages.find(({ manifest }) => manifest.name === 'ganode').file;
  await step('publint --strict', () => lint(publint, 'run', library, '--strict'));
  await step('attw (are the types wrong)', () => lint(attw, library));
  await step('ganode holds what it should and no more', () => {
    const list = execFileSync('tar', ['-tzf', library], { encoding: 'utf8' }).trim().split('\n');
    const allowed =
      /^package\/(package\.json|README\.md|LICENSE|CMakeLists\.txt|cmake\/\w+\.cmake|dist\/.*\.(js|cjs|d\.ts)|dist\/commonjs\/package\.json|native\/.*(\.(cc|h|hpp|inc|map|md)|\/LICENSE)|scripts\/(libtorch\/)?[\w-]+\.mjs)$/;
    const strange = list.filter((name) => !allowed.test(name) || /test|doctest/.test(name));
    if (strange.length > 0) throw new Error(strange.join(', '));
    return `${list.length} files`;
  });
}

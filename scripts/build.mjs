// JavaScript and types, into dist/: modules by the compiler, and one bundle for CommonJS, whose types are the same files in a
// folder that is marked as CommonJS.
//
//   npm run build
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectDir } from './paths.mjs';
import { node } from './run.mjs';

const dist = join(projectDir, 'dist');
const compiler = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
node([join(compiler, 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
chmodSync(join(dist, 'cli', 'main.js'), 0o755);

const bundle = await rolldown({
  input: join(dist, 'index.js'),
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  transform: { define: { 'import.meta.url': 'ganodeUrl' } },
});
await bundle.write({
  file: join(dist, 'index.cjs'),
  format: 'cjs',
  banner: `const ganodeUrl = require('node:url').pathToFileURL(__filename).href;`,
  codeSplitting: false,
});

const types = join(dist, 'commonjs');
rmSync(types, { recursive: true, force: true });
const declarations = readdirSync(dist, { recursive: true }).filter(
  (name) => name.endsWith('.d.ts') && !name.startsWith('cli'),
);
for (const name of declarations) cpSync(join(dist, name), join(types, name), { recursive: true });
writeFileSync(join(types, 'package.json'), '{ "type": "commonjs" }\n');

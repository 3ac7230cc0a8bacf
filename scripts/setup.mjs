// Everything that a clone needs to train: packages, libtorch, the native addon, JavaScript. What is there is left alone.
//
//   npm run setup
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectDir } from './paths.mjs';
import { node, npm } from './run.mjs';
import { missingTools } from './tools.mjs';

export async function setup() {
  const missing = missingTools();
  if (missing.length > 0) {
    console.error(missing.join('\n'));
    process.exit(1);
  }
  if (!existsSync(join(projectDir, 'node_modules', '.package-lock.json'))) {
    // Not `npm ci`: it refuses a registry that lacks optional packages of other platforms. --no-save keeps the lock as it is.
    npm(['install', '--no-save', '--no-audit', '--no-fund']);
  }
  // Only now: it needs what was just installed.
  const { buildNative } = await import('./build-native.mjs');
  await buildNative();
  npm(['run', '--silent', 'build']);
}

export async function setupOrExit() {
  try {
    await setup();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setupOrExit();
  node([join('dist', 'cli', 'main.js'), 'doctor']);
}

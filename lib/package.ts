/** This package: where it lies, and what its package.json says. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's folder: this file lies in `lib/` or, built, in `dist/`. */
export const packageDir = dirname(dirname(fileURLToPath(import.meta.url)));

export const { version, engines } = createRequire(import.meta.url)('../package.json') as {
  version: string;
  engines: { node: string };
};

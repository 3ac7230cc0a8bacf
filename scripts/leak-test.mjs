// Memory stays level while a tiny network trains for long, and while sessions come and go.
//
//   node scripts/leak-test.mjs [steps, default 100000]
import { join } from 'node:path';
import { node } from './run.mjs';

process.env.GANODE_LEAK_STEPS = process.argv[2] ?? '100000';
node([
  join('node_modules', 'vitest', 'vitest.mjs'),
  'run',
  join('test', 'standalone', 'memory.test.ts'),
]);

// kill -9 at random moments of training: `--resume` goes on from a whole checkpoint every time.
//
//   node scripts/kill-test.mjs [kills, default 20]
import { join } from 'node:path';
import { node } from './run.mjs';

process.env.GANODE_KILLS = process.argv[2] ?? '20';
node([
  join('node_modules', 'vitest', 'vitest.mjs'),
  'run',
  join('test', 'standalone', 'kill.test.ts'),
]);

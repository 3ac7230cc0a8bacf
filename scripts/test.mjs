// The tests, after whatever set-up is missing. Ends with a line that counts them.
//
//   npm test                 everything
//   npm test -- test/lib     some
import { setupOrExit } from './setup.mjs';
import { vitest } from './vitest.mjs';

await setupOrExit();
const { passed, failed, status } = vitest(process.argv.slice(2));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = status;

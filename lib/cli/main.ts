#!/usr/bin/env node
import { CommanderError } from 'commander';
import { removeTemporaries } from '../files/temporary.js';
import { asOutOfMemory } from '../memory.js';
import { exitCodeOf, exitCodes } from './exit.js';
import { failureLine } from './failure.js';
import { watchSignals } from './interrupt.js';
import { watchOutput } from './output.js';
import { createProgram } from './program.js';

function fail(thrown: unknown): void {
  const error = asOutOfMemory(thrown);
  if (error instanceof CommanderError) {
    // Commander has said it already; --help and --version come this way too.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    return;
  }
  process.stderr.write(failureLine(error));
  process.exitCode = exitCodeOf(error);
}

watchOutput();
watchSignals();
process.on('exit', removeTemporaries);
process.on('uncaughtException', (error) => {
  fail(error);
  process.exit();
});

try {
  const program = await createProgram();
  await program.parseAsync();
} catch (error) {
  fail(error);
}

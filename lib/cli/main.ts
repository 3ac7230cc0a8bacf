#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { version } from '../version.js';
import { addDoctor } from './doctor.js';
import { exitCodeOf, exitCodes } from './exit.js';
import { addGenerate } from './generate.js';
import { addInfo } from './info.js';
import { addInterpolate } from './interpolate.js';
import { addRecipes } from './recipes.js';
import { addTrain } from './train.js';

const program = new Command('ganode')
  .description('Train, sample and inspect generative adversarial networks.')
  .version(version)
  .option('--stack', 'print the stack of an error')
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({
    outputError: (text, write) =>
      write(text.replace(/^error: /, 'ganode: ').replace(/\n(?=.)/g, ' ')),
  });

for (const add of [addTrain, addGenerate, addInterpolate, addInfo, addRecipes, addDoctor]) {
  add(program);
}
for (const command of program.commands) command.copyInheritedSettings(program);

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    const { message, stack } = error as Error;
    process.stderr.write(`ganode: ${program.opts()['stack'] ? stack : message}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

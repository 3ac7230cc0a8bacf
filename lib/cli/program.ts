import { Command } from 'commander';
import { GanodeError } from '../errors.js';
import { version } from '../package.js';
import { reasonOf } from './failure.js';
import { print, tell } from './output.js';
import { unknownOption } from './unknown-option.js';

type Add = (program: Command) => void;

/** Every command, in the order in which help lists them. */
const commands: Record<string, () => Promise<Add>> = {
  train: async () => (await import('./train.js')).addTrain,
  generate: async () => (await import('./generate.js')).addGenerate,
  interpolate: async () => (await import('./interpolate.js')).addInterpolate,
  reconstruct: async () => (await import('./reconstruct.js')).addReconstruct,
  encode: async () => (await import('./encode.js')).addEncode,
  evaluate: async () => (await import('./evaluate.js')).addEvaluate,
  info: async () => (await import('./info.js')).addInfo,
  recipes: async () => (await import('./recipes.js')).addRecipes,
  doctor: async () => (await import('./doctor.js')).addDoctor,
  setup: async () => (await import('./setup.js')).addSetup,
};

/** The whole command line. Commands are loaded one by one, so that `doctor` runs where a package that others need does not. */
export async function createProgram(): Promise<Command> {
  const program = new Command('ganode')
    .description('Train, sample and inspect generative adversarial networks.')
    .version(version)
    .option('--stack', 'print the stack of an error (as GANODE_DEBUG=1 does)')
    .showSuggestionAfterError()
    .exitOverride()
    .hook('preAction', (_, command) => refuseSwallowed(command));
  for (const [name, load] of Object.entries(commands)) {
    const add = await load().catch((error: unknown) => broken(name, error));
    add(program);
  }
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: print,
      writeErr: tell,
      outputError: (text, write) => write(oneLine(text, command)),
    });
  }
  return program;
}

/** An option that commander took for the value of the one before it, which was given none: `--out --dry-run`. */
function refuseSwallowed(command: Command): void {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    const isOption = command.options.some(({ long }) => long !== undefined && long === value);
    if (isOption) {
      const message = `Expected a value for ${option.long} but received the option ${value}`;
      throw new GanodeError('INVALID_OPTION', message);
    }
  }
}

/** Commander's message, its suggestion on the same line; of an option that is not known, with what other software calls it. */
function oneLine(text: string, command: Command): string {
  const option = /^error: unknown option '([^']+)'/.exec(text)?.[1];
  if (option) return `ganode: ${unknownOption(option, command)}\n`;
  return text.replace(/^error: /, 'ganode: ').replace(/\n(?=.)/g, ' ');
}

/** Stands for a command whose code does not load. */
function broken(name: string, error: unknown): Add {
  const reason = reasonOf(error);
  return (program) => {
    program
      .command(name)
      .description(`cannot be loaded: ${reason}`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        const message = `the command ${name} cannot be loaded: ${reason}; \`ganode doctor\` tells more`;
        throw new GanodeError('ADDON', message, { cause: error });
      });
  };
}

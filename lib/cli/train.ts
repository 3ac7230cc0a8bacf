import { type Command, Option } from 'commander';
import { GanodeError } from '../errors.js';
import { ranges } from '../ranges.js';
import { Trainer } from '../train/trainer.js';
import { addDataOptions } from './data-options.js';
import { dryRun } from './dry-run.js';
import { exitCodes } from './exit.js';
import { onInterrupt } from './interrupt.js';
import { onOutputEnds } from './output.js';
import { collect, device, deviceHelp, inRange } from './parse.js';
import { Progress } from './progress.js';
import { gather, type TrainFlags } from './training.js';

export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a GAN')
    .option('--recipe <name>', 'recipe (see `ganode recipes`); default dcgan')
    .option(
      '--data <source>',
      'mnist, fashion-mnist or stacked-mnist, each with :DIR or without; ring, grid; sines; a folder or a zip of pictures; an .npy file',
    )
    .option('--out <dir>', 'run directory')
    .addOption(
      new Option('--epochs <n>', 'passes over the data')
        .argParser(inRange(ranges.epochs))
        .conflicts('images'),
    )
    .option('--images <n>', 'real images to show', inRange(ranges.steps))
    .option('--batch <n>', 'images a batch', inRange(ranges.batch))
    .addOption(new Option('--precision <kind>', 'arithmetic').choices(['fp32', 'bf16', 'auto']))
    .option('--device <name>', deviceHelp, device)
    .option(
      '--threads <n>',
      'threads for one operator, 1 to 1024; another number gives other last bits',
      inRange(ranges.threads),
    )
    .option('--seed <n>', 'seed of everything random', inRange(ranges.seed))
    .option('--config <file>', "recipe as JSON, or a run's config.json")
    .option('--set <path=value>', 'any setting of the recipe; may be repeated', collect, [])
    .option(
      '--resume [checkpoint]',
      'go on: from the latest checkpoint of --out, or of this run, or from this checkpoint',
    )
    .option(
      '--changed-data',
      'with --resume: go on though the data is not what the run was trained on, such as a folder that has grown',
    )
    .option(
      '--transfer <run>',
      'begin with the weights of a run or a checkpoint, as far as they fit',
    )
    .option(
      '--dry-run',
      'validate everything, print the networks and the cost of a step, write nothing',
    )
    .addOption(
      new Option(
        '--profile',
        'say where the time of a step goes: 10 steps after a warm-up of 10, as tables and as profile.json in the run directory',
      ).conflicts('dryRun'),
    )
    .option('--json', 'one JSON event a line on standard output');
  addDataOptions(command).action(train);
}

async function train(flags: TrainFlags): Promise<void> {
  if (flags.changedData && !flags.resume) {
    throw new GanodeError('INVALID_OPTION', 'Expected --resume with --changed-data');
  }
  const training = await gather(flags);
  if (flags.dryRun) return dryRun({ ...training, json: flags.json === true });
  const { config, data, out, resume, changedData, transfer } = training;
  if (!out) throw new GanodeError('INVALID_OPTION', 'Expected --out DIR, a folder for the run');
  await using trainer = await Trainer.create({
    recipe: config,
    data: data.source,
    dataOptions: data.options,
    out,
    ...(resume && { resume, changedData }),
    ...(transfer && { transfer }),
    ...(flags.profile && { profile: true }),
  });
  const interrupted = new AbortController();
  const progress = new Progress({ json: flags.json === true });
  let lost: unknown;
  const off = onInterrupt(
    () => {
      progress.note('stopping; a checkpoint is being saved (Ctrl-C again exits at once)');
      interrupted.abort();
    },
    () => progress.stop(),
  );
  onOutputEnds((failure) => {
    // Where a signal came first, such as that of a terminal which is closed, the signal is the reason.
    if (!interrupted.signal.aborted) lost = failure;
    interrupted.abort();
  });
  try {
    for await (const event of trainer.train({ signal: interrupted.signal })) {
      progress.show(event);
      if (event.type === 'end' && event.reason === 'aborted') {
        process.exitCode = exitCodes.interrupted;
      }
    }
  } finally {
    progress.stop();
    off();
  }
  // The error that ended the training is thrown here, after its checkpoint was saved.
  if (lost) throw lost;
}

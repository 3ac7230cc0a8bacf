import type { Command } from 'commander';
import { listNames } from '../data/classes.js';
import { networksIn } from '../recipes/autoencoding.js';
import { describeScheduled } from '../recipes/scheduled.js';
import type { EmaOptions, OptimizerOptions } from '../recipes/schema.js';
import { onOneLine } from '../text.js';
import { describe } from '../train/inspect.js';
import { print } from './output.js';

export function addInfo(program: Command): void {
  program
    .command('info')
    .description('what a run or a checkpoint holds; verifies its checksum')
    .argument('<run>', 'run directory or checkpoint')
    .option('--json', 'everything, as JSON')
    .action(info);
}

async function info(path: string, { json }: { json?: boolean }): Promise<void> {
  const found = await describe(path);
  if (json) {
    print(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const { recipe } = found;
  const { channels, height, width } = recipe.image;
  const count = (value: number): string => value.toLocaleString('en-US');
  const optimizer = (one: OptimizerOptions | undefined): string =>
    one ? `${one.kind} ${describeScheduled(one.learningRate)}` : '';
  const state = found.checksum
    ? 'whole'
    : 'without a checksum: whether it was altered cannot be told';
  const rows: [string, string][] = [
    ['checkpoint', `${found.checkpoint} (${(found.bytes / 1e6).toFixed(1)} MB, ${state})`],
    ['recipe', recipe.recipe],
    [
      'images',
      `${channels}×${height}×${width}${recipe.classes ? `, ${recipe.classes} classes` : ''}`,
    ],
    ['data', found.data ? `${found.data.name}, ${count(found.data.length)} images` : 'unknown'],
    ...(found.data?.classes
      ? [['classes', listNames(found.data.classes)] as [string, string]]
      : []),
    ['trained', `${count(found.step)} steps, ${count(found.images)} images`],
    ...networksIn(recipe).map((name): [string, string] => [
      name,
      `${count(found[`${name}Parameters`] ?? 0)} parameters, ${optimizer(recipe.optimizers[name])}`,
    ]),
    ['average', found.hasEma && recipe.ema ? averageText(recipe.ema) : 'none'],
    ['seed', String(recipe.seed)],
    [
      'versions',
      Object.entries(found.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ...found.checkpoints
      .filter((other) => other !== found.checkpoint)
      .map((other): [string, string] => ['also there', other]),
  ];
  print(rows.map(([name, value]) => `${name.padEnd(14)}${onOneLine(value)}\n`).join(''));
}

/** How the averaged weights follow those in training. */
function averageText(ema: EmaOptions): string {
  if ('decay' in ema) return `decay ${ema.decay} a step`;
  const ramp = ema.rampUp === null ? '' : `; at most ${ema.rampUp} of the images shown`;
  return `half-life in images ${describeScheduled(ema.halfLife)}${ramp}`;
}

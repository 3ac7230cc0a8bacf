import type { Command } from 'commander';
import { GanodeError, invalid } from '../errors.js';
import { formatShape } from '../models/image-shape.js';
import { ranges } from '../ranges.js';
import { findRecipe, recipes } from '../recipes/registry.js';
import type { ImageShape } from '../recipes/schema.js';
import { applySettings } from '../recipes/settings.js';
import { collect, inRange, type Size, size, sizeForms } from './parse.js';
import { factsOf, measureStep, type RecipeFacts, resolveFor } from './recipe-facts.js';

interface RecipesFlags {
  measure?: boolean;
  json?: boolean;
  size?: Size;
  channels?: number;
  classes?: number;
  set: string[];
}

export function addRecipes(program: Command): void {
  program
    .command('recipes')
    .description(
      'list the recipes, or tell all of one: paper, data, size, cost of a step, settings',
    )
    .argument('[name]', 'a recipe')
    .option('--measure', 'time some training steps on this machine')
    .option(
      `--size ${sizeForms}`,
      'of one recipe: build it for squares of n, for images of a height and a width (96x64), or for sequences of n steps',
      size,
    )
    .option(
      '--channels <n>',
      'of one recipe: channels of the images, or features of the sequences',
      inRange(ranges.channels),
    )
    .option('--classes <n>', 'of one recipe: classes of the data', inRange(ranges.index))
    .option('--set <path=value>', 'of one recipe: a setting; may be repeated', collect, [])
    .option('--json', 'as JSON')
    .action(list);
}

async function list(name: string | undefined, flags: RecipesFlags): Promise<void> {
  const given = (['size', 'channels', 'classes'] as const).find((key) => flags[key] !== undefined);
  const option = given ?? (flags.set.length > 0 ? 'set' : undefined);
  if (name === undefined && option) {
    const message = `Expected the name of a recipe beside --${option}`;
    throw new GanodeError('INVALID_OPTION', message);
  }
  const definitions = name === undefined ? recipes : [findRecipe(name)];
  const all: RecipeFacts[] = [];
  for (const definition of definitions) {
    const image = shapeOf(definition.data.kind, flags);
    const { classes } = flags;
    const subject = { ...(image && { image }), ...(classes !== undefined && { classes }) };
    const recipe = resolveFor(definition, subject, applySettings({}, flags.set));
    const facts = factsOf(definition, recipe);
    if (flags.measure) facts.step.seconds = await measureStep(recipe);
    all.push(facts);
    // As they come: measuring all of them takes minutes.
    if (!flags.json) process.stdout.write(name === undefined ? inShort(facts) : inFull(facts));
  }
  if (flags.json) {
    const value = name === undefined ? all : all[0];
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }
}

/**
 * What the flags say of the shape: of images channels and both sides, of sequences features and steps.
 *
 * @throws GanodeError `INVALID_OPTION` for sequences of which `--size` tells a height and a width.
 */
function shapeOf(kind: string, { size, channels }: RecipesFlags): ImageShape | undefined {
  if (size === undefined && channels === undefined) return undefined;
  const { height, width } = size ?? { height: 28, width: 28 };
  if (kind !== 'sequences') return { channels: channels ?? 1, height, width };
  if (height === width) return { channels: 1, height, width: channels ?? 28 };
  throw invalid('--size', 'a number of steps (the data are sequences)', `${height}x${width}`);
}

/** Two lines. */
function inShort({ name, paper, data, image, networks, step }: RecipeFacts): string {
  const sizes = Object.entries(networks).map(
    ([network, { parameters }]) => `${network} ${short(parameters)}`,
  );
  const facts = [
    `${data.kind} (${data.shapes})`,
    `at ${formatShape(image)}: ${sizes.join(', ')} parameters`,
    costOf(step),
  ];
  return `${name.padEnd(16)}${paper}\n${' '.repeat(16)}${facts.join('; ')}\n`;
}

function inFull({
  name,
  title,
  paper,
  data,
  image,
  classes,
  networks,
  step,
  settings,
}: RecipeFacts): string {
  const rows = [
    ['recipe', `${name}: ${title}`],
    ['paper', paper],
    ['data', `${data.kind} (${data.shapes})`],
    ['built for', `${formatShape(image)}${classes > 0 ? `, ${classes} classes` : ''}`],
    ...Object.entries(networks).map(([network, { parameters, multiplyAdds }]) => [
      network,
      `${parameters.toLocaleString('en-US')} parameters, ${short(multiplyAdds)} multiply-adds forward for one item`,
    ]),
    ['a step', costOf(step)],
  ];
  const facts = rows.map(([key = '', value]) => `${key.padEnd(16)}${value}\n`).join('');
  const widest = Math.max(...Object.keys(settings).map((path) => path.length));
  const lines = Object.entries(settings).map(
    ([path, value]) => `  ${path.padEnd(widest)}  ${JSON.stringify(value)}\n`,
  );
  return `${facts}\nsettings, as --set path=value takes them\n${lines.join('')}`;
}

function costOf({ images, multiplyAdds, seconds }: RecipeFacts['step']): string {
  const cost = `${images} items, ${short(multiplyAdds)} multiply-adds a step`;
  return seconds === undefined ? cost : `${cost}, ${Number(seconds.toPrecision(3))} s here`;
}

/** Three digits: 1.23 million. */
function short(value: number): string {
  const [size, unit] =
    value >= 1e9 ? [1e9, ' billion'] : value >= 1e6 ? [1e6, ' million'] : [1e3, ' thousand'];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

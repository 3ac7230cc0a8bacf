/** Options that say how data is opened. */
import { type Command, Option } from 'commander';
import { fits } from '../data/fit.js';
import type { SourceOptions } from '../data/source.js';
import { type Split, splits } from '../data/split.js';
import { ranges } from '../ranges.js';
import { byteCount, defined, inRange, type Size, size, sizeForms } from './parse.js';

export interface DataFlags {
  size?: Size;
  channels?: number;
  fit?: SourceOptions['fit'];
  background?: string;
  labelsFrom?: string;
  split?: Split;
  onBroken?: SourceOptions['onBroken'];
  memoryLimit?: number;
}

export function splitOption(description: string): Option {
  return new Option('--split <name>', description).choices([...splits]);
}

/** Adds them to a command that opens data in whatever size is asked for. */
export function addDataOptions(command: Command): Command {
  return command
    .option(
      `--size ${sizeForms}`,
      'size of the images, height first (96x64: 96 high, 64 wide); other sizes are resized',
      size,
    )
    .option(
      '--channels <n>',
      'channels of pictures: 1 (grey), 3 (RGB) or 4 (RGB and alpha); default 3',
      inRange(ranges.channels),
    )
    .addOption(
      new Option('--fit <how>', 'how images of another shape are fitted; default crop').choices([
        ...fits,
      ]),
    )
    .option(
      '--background <colour>',
      'behind transparent pixels and around padded images: white, #336699; default white (with 4 channels: around padded ones only, default transparent)',
    )
    .option(
      '--labels-from <what>',
      'classes of pictures: folders, none, or a CSV, TSV or JSON Lines file; default such a file where one lies there, folders otherwise',
    )
    .addOption(splitOption('part of data that comes in parts; default train'))
    .addOption(
      new Option('--on-broken <what>', 'for images that do not decode').choices(['skip', 'error']),
    )
    .option(
      '--memory-limit <size>',
      'decoded images kept in memory: 512MB, 1.5GiB, or bytes; default 1GiB',
      byteCount,
    );
}

/** What they say, as `openDataset` takes it; nothing for what was not given. */
export function dataOptions(flags: DataFlags): SourceOptions {
  const { channels, fit, background, labelsFrom, split, onBroken, memoryLimit } = flags;
  const image = { ...flags.size, ...defined({ channels }) };
  return {
    ...(Object.keys(image).length > 0 && { image }),
    ...defined({ fit, background, labelsFrom, split, onBroken, memoryLimit }),
  };
}

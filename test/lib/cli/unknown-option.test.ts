import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addGenerate } from '../../../lib/cli/generate.js';
import { addTrain } from '../../../lib/cli/train.js';
import { unknownOption } from '../../../lib/cli/unknown-option.js';

const program = new Command('ganode');
addTrain(program);
addGenerate(program);
const command = (name: string): Command =>
  program.commands.find((one) => one.name() === name) as Command;

describe('an option that is not known', () => {
  it.each([
    ['train', '--batch-size', '--batch'],
    ['train', '--batch-size=64', '--batch'],
    ['train', '--bach', '--batch'],
    ['train', '--lr', '--set optimizers.generator.learningRate=…, the same for the discriminator'],
    [
      'train',
      '--learning-rate',
      '--set optimizers.generator.learningRate=…, the same for the discriminator',
    ],
    ['train', '--num-epochs', '--epochs'],
    ['train', '--steps', '--images (steps × batch) or --epochs'],
    ['train', '--num-images', '--images'],
    ['train', '--dataset', '--data'],
    ['train', '--output', '--out'],
    ['train', '--gpu', '--device'],
    ['train', '--image-size', '--size'],
    ['train', '--width', '--set model.width=…'],
    ['train', '--latent-size', '--set model.latentSize=…'],
    ['train', '--num-workers', '--threads'],
    ['train', '--n-critic', '--set discriminatorSteps=…'],
    ['train', '--report-every', '--set reportEvery=…'],
    ['train', '--ema', '--set ema=…'],
    ['generate', '--num-images', '--count'],
    ['generate', '--output', '--grid FILE.png or --npy FILE'],
    ['generate', '--psi', '--truncation'],
    ['generate', '--overwrite', '--force'],
  ])('%s %s', (name, flag, meant) => {
    expect(unknownOption(flag, command(name))).toBe(
      `unknown option ${flag.split('=')[0]}: did you mean ${meant}?`,
    );
  });

  it('of which nothing is near', () => {
    expect(unknownOption('--zzzzzzzz', command('train'))).toBe(
      'unknown option --zzzzzzzz; `ganode train --help` lists those that there are',
    );
  });
});

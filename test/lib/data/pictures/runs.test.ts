import { describe, expect, it } from 'vitest';
import { blue, firstPixels, plain, red } from '../../../helpers/pictures.js';
import { opened, ways } from './both.js';

const [r, b] = await Promise.all([plain(red), plain(blue)]);
const config = '{"recipe": {"name": "dcgan"}, "dataset": {"name": "x", "length": 3}}';

/** A run among data; `at` ends in a slash. */
const run = (at: string): Record<string, Buffer | string> => ({
  [`${at}config.json`]: config,
  [`${at}samples/000100.png`]: b,
  [`${at}checkpoints/000100.safetensors`]: '\0\0\0\0',
});

describe.each(ways)('run directories in $way', (way) => {
  it('are never data: each is left out whole, and told of', async () => {
    const files = { 'a.png': r, ...run('runs/1/'), ...run('runs/2/'), 'runs/2/deep/x.png': b };
    const dataset = await opened(files, way);
    expect(await firstPixels(dataset)).toEqual([[255, 0, 0]]);
    expect(dataset.warnings).toEqual(['2 folders of training runs left out, such as runs/1']);
  });

  it('are known by their reports and checkpoints too, and make no class', async () => {
    const files = {
      'cat/1.png': r,
      'old/metrics.jsonl': '{"step": 1}\n',
      'old/checkpoints/1.safetensors': '\0',
      'old/samples/1.png': b,
    };
    const dataset = await opened(files, way);
    expect(dataset.classes).toEqual(['cat']);
    expect(dataset.warnings).toEqual(['1 folder of training runs left out, such as old']);
  });

  it('leave no empty class behind in the folder that they lie in', async () => {
    const files = { 'cat/1.png': r, 'dog/1.png': b, ...run('runs/1/') };
    const dataset = await opened(files, way);
    expect(dataset.classes).toEqual(['cat', 'dog']);
    expect(dataset.warnings).toEqual(['1 folder of training runs left out, such as runs/1']);
  });

  it('are refused as data themselves', async () => {
    await expect(opened(run(''), way)).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: expect.stringMatching(/expected data but this is the folder of a training run/),
    });
  });

  it('are not what merely has a config.json', async () => {
    const files = {
      'x/config.json': '{"recipe": "soup"}',
      'x/1.png': r,
      'y/config.json': 'no json',
      'y/1.png': b,
    };
    expect(await opened(files, way)).toMatchObject({ length: 2, classes: ['x', 'y'] });
  });
});

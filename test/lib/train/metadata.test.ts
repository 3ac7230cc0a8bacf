/** What a checkpoint says of itself is looked at before it is believed, by every command alike. */
import { copyFile, mkdir, readFile, rename, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GanodeError } from '../../../lib/errors.js';
import { dense, graph, input, reshape } from '../../../lib/graph/index.js';
import { Autoencoder } from '../../../lib/sample/autoencoder.js';
import { Generator } from '../../../lib/sample/generator.js';
import { describe as describeRun } from '../../../lib/train/inspect.js';
import { editRecipe, nested, type Parts, rewrite, type Tensor } from '../../helpers/checkpoint.js';
import { sharedDir, tinyData, tinyRecipe } from '../../helpers/tiny.js';
import { at, train } from './training.js';

const dir = sharedDir();
const run = join(dir, 'run');

beforeAll(async () => {
  await train({ out: run, recipe: tinyRecipe({ checkpoint: { every: 10, keep: null } }) });
});

/** How a checkpoint is refused by each way to open it: all of them alike. */
async function refusals(path: string): Promise<{ code: string; message: string }[]> {
  const ways = [
    () => Generator.load(path),
    () => Autoencoder.load(path),
    () => describeRun(path),
    () => train({ recipe: {}, resume: path, out: join(dirname(path), 'resumed') }),
  ];
  const found: { code: string; message: string }[] = [];
  for (const way of ways) {
    const { code, message } = await (way() as Promise<unknown>).then(
      () => ({ code: 'none', message: '' }),
      (error: GanodeError) => error,
    );
    found.push({ code, message });
  }
  return found;
}

let made = 0;

/** The last checkpoint with something in it that is not right, in no run. */
function altered(edit: (parts: Parts) => void): Promise<string> {
  made += 1;
  return rewrite(at(run, 20), join(dir, `altered-${made}.safetensors`), edit);
}

const inRecipe = (edit: (recipe: Record<string, unknown>) => void) => (parts: Parts) =>
  editRecipe(parts, edit);
const inGenerator = (edit: (generator: Record<string, never[]>) => void) =>
  inRecipe(({ models }) => edit((models as Record<string, never>)['generator'] as never));
const inMetadata = (key: string, text: string) => (parts: Parts) => {
  parts.metadata[key] = text;
};

describe('metadata of a checkpoint', () => {
  it.each<[string, (parts: Parts) => void]>([
    [
      'ganode.recipe.latentSize: expected .*>=1 but received -5',
      inRecipe((r) => {
        r['latentSize'] = -5;
      }),
    ],
    [
      'ganode.recipe.latentSize: expected number but received "abc"',
      inRecipe((r) => {
        r['latentSize'] = 'abc';
      }),
    ],
    [
      'ganode.recipe.latentSize: expected number but received nothing',
      inRecipe((r) => {
        delete r['latentSize'];
      }),
    ],
    [
      'ganode.recipe.models.generator: its input z: expected 7, as the recipe says, but it is 6',
      inRecipe((r) => {
        r['latentSize'] = 7;
      }),
    ],
    [
      'ganode.recipe.optimizers: expected object but received nothing',
      inRecipe((r) => {
        delete r['optimizers'];
      }),
    ],
    [
      'optimizers.discriminator: expected an object but received nothing',
      inRecipe((r) => {
        delete (r['optimizers'] as Record<string, unknown>)['discriminator'];
      }),
    ],
    [
      'ganode.recipe.image: expected object but received nothing',
      inRecipe((r) => {
        delete r['image'];
      }),
    ],
    [
      'ganode.recipe.models.generator: its output image: expected 1×8×9, as the recipe says, but it is 1×8×8',
      inRecipe((r) => {
        r['image'] = { channels: 1, height: 8, width: 9 };
      }),
    ],
    [
      'classes: expected 0, for the networks of tiny have no label input, but received 4',
      inRecipe((r) => {
        r['classes'] = 4;
      }),
    ],
    [
      'Unknown option "ganode.recipe.colour"',
      inRecipe((r) => {
        r['colour'] = 1;
      }),
    ],
    [
      'ganode.recipe.weightClipping: expected .* but received 1e\\+308',
      inRecipe((r) => {
        r['weightClipping'] = 1e308;
      }),
    ],
    ['ganode.recipe: expected object but received 5', inMetadata('ganode.recipe', '5')],
    ['ganode.recipe: .*JSON', inMetadata('ganode.recipe', '{')],
    [
      'ganode.recipe: expected plain data of at most 64 levels',
      inMetadata('ganode.recipe', nested(100_000)),
    ],
    [
      'ganode.recipe: expected plain data of at most 64 levels',
      (parts) => {
        const text = parts.metadata['ganode.recipe'] as string;
        parts.metadata['ganode.recipe'] = text.replace(
          '"model":{',
          `"model":{"deep":${nested(100_000)}`,
        );
      },
    ],
    [
      'ganode.recipe.models.generator: expected a GraphSpec',
      inGenerator((g) => {
        g['nodes'] = [null as never];
      }),
    ],
    [
      'ganode.recipe.models.generator: expected a GraphSpec',
      inGenerator((g) => {
        g['inputs'] = 5 as never;
      }),
    ],
    [
      'ganode.recipe.models.generator: .*no such operator',
      inGenerator((g) => {
        const [first] = g['nodes'] as unknown as [{ op: string }];
        first.op = 'explode';
      }),
    ],
    ['ganode.data: expected object but received 5', inMetadata('ganode.data', '5')],
    [
      'ganode.data.name: expected string but received 5',
      inMetadata('ganode.data', '{"name":5,"length":1}'),
    ],
    ['ganode.data.length: ', inMetadata('ganode.data', '{"name":"x","length":-1}')],
    [
      'ganode.data.classes.0: expected string but received 1',
      inMetadata('ganode.data', '{"name":"x","length":1,"classes":[1]}'),
    ],
    [
      'ganode.data: expected plain data of at most 64 levels',
      inMetadata('ganode.data', nested(100_000)),
    ],
    [
      'ganode.versions.node: expected string but received 5',
      inMetadata('ganode.versions', '{"node":5}'),
    ],
    ['ganode.steps: expected a whole number but received many', inMetadata('ganode.steps', 'many')],
    ['ganode.steps: expected a whole number', inMetadata('ganode.steps', '-1')],
    [
      'expected a checkpoint of ganode but it carries no recipe',
      ({ metadata }) => {
        delete metadata['ganode.recipe'];
      },
    ],
  ])('%s', async (expected, edit) => {
    const path = await altered(edit);
    for (const { code, message } of await refusals(path)) {
      expect(code).toBe('CHECKPOINT_MISMATCH');
      expect(message).toMatch(new RegExp(`^${path}: .*${expected}`));
      expect(message.length).toBeLessThan(path.length + 800);
      expect(message).not.toContain('\n');
    }
  });

  it('of an earlier version, which knew fewer settings, is taken with their defaults', async () => {
    const path = await altered(
      inRecipe((recipe) => {
        for (const key of ['flip', 'augment', 'packing', 'growing', 'freeze']) delete recipe[key];
      }),
    );
    expect((await describeRun(path)).recipe).toMatchObject({ flip: false, packing: 1 });
  });
});

describe('weights of a checkpoint', () => {
  const wide = 6000;

  /** A generator with a weight of 144 MB that the file does not have. */
  function withLargeGenerator(parts: Parts): void {
    const z = input('z', { shape: [6] });
    const middle = dense(dense(z, { units: wide }), { units: wide });
    const image = reshape(dense(middle, { units: 64 }), { shape: [1, 8, 8] });
    editRecipe(parts, (recipe) => {
      (recipe['models'] as Record<string, unknown>)['generator'] = graph({ image });
    });
  }

  it('are compared with the networks before memory is taken for these', async () => {
    const path = await altered(withLargeGenerator);
    const before = process.resourceUsage().maxRSS;
    const ways = [
      () => Generator.load(path, { ema: false }),
      () => Generator.load(path),
      () => train({ recipe: {}, resume: path, out: join(dir, 'large') }),
    ];
    for (const way of ways) {
      await expect(way()).rejects.toMatchObject({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringMatching(
          /dense(_1)?\.weight: expected shape \[6000, 6\], got|expected a tensor/,
        ),
      });
    }
    // In kilobytes.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000);
  });

  it.each<[Record<string, unknown>, string]>([
    [
      { op: 'conv2d', filters: 1_000_000, kernel: 1_000_000, padding: 'same' },
      'weight of at most 2147483648 values',
    ],
    [{ op: 'upsample', factor: 1_000_000 }, 'an output of at most 2147483648 values'],
    [{ op: 'upsample', factor: -1 }, 'factor to be a whole number from 1'],
    [{ op: 'conv2d', filters: 0, kernel: 1 }, 'filters to be a whole number from 1'],
    [{ op: 'conv2d', filters: 2 ** 63, kernel: 1 }, 'filters to be a whole number from 1'],
    [{ op: 'reshape', shape: [2 ** 32, 2 ** 32, 1] }, '1 to 8 whole numbers'],
    [{ op: 'reshape', shape: [2 ** 31, 2 ** 31, 2 ** 31] }, 'their product at most 2147483648'],
  ])('of absurd sizes are refused: %j', async (node, message) => {
    const path = await altered(
      inGenerator((generator) => {
        const { image } = generator['outputs'] as unknown as { image: string };
        (generator['nodes'] as unknown[]).push({ name: 'absurd', inputs: [image], ...node });
      }),
    );
    for (const found of await refusals(path)) {
      expect(found.code).toBe('CHECKPOINT_MISMATCH');
      expect(found.message).toContain(`${path}: ganode.recipe.models.generator: node "absurd"`);
      expect(found.message).toContain(message);
    }
  });

  it('of few weights and layers larger than memory are refused when images are made', async () => {
    const path = await altered(
      inGenerator((generator) => {
        const outputs = generator['outputs'] as unknown as { image: string };
        // 1×32,768×32,768 values: 4.3 GB for one image, 275 GB for 64.
        (generator['nodes'] as unknown[]).push(
          { name: 'up', op: 'upsample', inputs: [outputs.image], factor: 4096 },
          { name: 'down', op: 'downsample', inputs: ['up'], factor: 4096 },
        );
        outputs.image = 'down';
      }),
    );
    await using generator = await Generator.load(path, { threads: 1 });
    await expect(generator.sample(64)).rejects.toMatchObject({
      code: 'MEMORY',
      message: expect.stringContaining('the values of a layer for 64 images take 275 GB'),
    });
  });

  it('that are not finite are refused, and the earlier checkpoint is named', async () => {
    const last = at(run, 20);
    await copyFile(last, join(dir, 'last'));
    for (const [bits, name] of [
      [0x7fc00000, 'NaN'],
      [0xff800000, '-Infinity'],
    ] as const) {
      await rewrite(join(dir, 'last'), last, ({ tensors, data }) => {
        const [begin] = (tensors['generator.dense.weight'] as Tensor).data_offsets;
        data.writeUInt32LE(bits, begin + 4);
      });
      for (const { code, message } of await refusals(last)) {
        expect([name, code]).toEqual([name, 'CHECKPOINT_CORRUPT']);
        expect(message).toMatch(
          /^\S+: tensor "generator\.dense\.weight": holds a value that is NaN or infinite.*an earlier one is whole: .*step-000010/,
        );
      }
    }
    await copyFile(join(dir, 'last'), last);
  });
});

describe('info', () => {
  it('says whether there is a checksum', async () => {
    const path = await altered(({ metadata }) => {
      delete metadata['ganode.checksum'];
      delete metadata['ganode.format'];
    });
    expect((await describeRun(path)).checksum).toBe(false);
    expect((await describeRun(at(run, 20))).checksum).toBe(true);
  });
});

describe('a checkpoint', () => {
  it('names its data without the folder that it lay in', async () => {
    const out = join(dir, 'private');
    const data = Object.assign(tinyData(), { name: '/home/alice/secret/photos' });
    await train({ out, data });
    const { data: identity, checkpoint } = await describeRun(out);
    expect(identity).toMatchObject({ name: 'photos', length: 40 });
    expect((await readFile(checkpoint)).toString('latin1')).not.toMatch(/alice|secret/);
  });

  it('with a path in it, of an earlier version, still resumes', async () => {
    const path = await altered((parts) => {
      const data = JSON.parse(parts.metadata['ganode.data'] as string);
      parts.metadata['ganode.data'] = JSON.stringify({ ...data, name: '/home/alice/photos' });
    });
    const events = await train({
      recipe: { duration: { images: 200 } },
      resume: path,
      out: join(dir, 'old'),
    });
    expect(events.at(-1)).toMatchObject({ type: 'end', step: 25 });
  });

  it('resumes where the folder of checkpoints is a link', async () => {
    const out = join(dir, 'linked');
    await train({ out });
    await mkdir(join(dir, 'elsewhere'));
    await rename(join(out, 'checkpoints'), join(dir, 'elsewhere', 'disk'));
    await symlink(join(dir, 'elsewhere', 'disk'), join(out, 'checkpoints'));
    const events = await train({ recipe: { duration: { images: 200 } }, resume: true, out });
    expect(events.at(-1)).toMatchObject({ type: 'end', step: 25 });
    expect((await describeRun(out)).step).toBe(25);
  });
});

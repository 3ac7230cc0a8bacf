/** Procedures that users write: what they are written down as, what is refused, and that they train. */
import { describe, expect, it } from 'vitest';
import { procedure as p, resolveRecipe, trainingPlan } from '../../../lib/index.js';
import type { RecipeConfig } from '../../../lib/recipes/index.js';
import { tinyRecipe } from '../../helpers/tiny.js';

const image = { channels: 1, height: 8, width: 8 };

/** Tiny networks, and a procedure of one's own. */
function own(procedure: p.ProcedureFunction, more: RecipeConfig = {}): RecipeConfig {
  const { loss: _, ...recipe } = tinyRecipe() as RecipeConfig;
  return { ...recipe, ...more, procedure };
}

const resolve = (procedure: p.ProcedureFunction, more: RecipeConfig = {}) =>
  resolveRecipe(own(procedure, more), { image });

const hinge: p.ProcedureFunction = ({ networks: { generator, discriminator }, data }) => {
  const fake = generator({ z: p.latent() }).image;
  const onReal = discriminator({ image: data.image }).logits;
  const onFake = discriminator({ image: p.detach(fake) }).logits;
  const loss = p.discriminatorLoss('hinge', onReal, onFake);
  return {
    updates: [
      p.repeat(2, [p.update(discriminator, loss, { every: 3, from: 8 })]),
      p.update(
        generator,
        p.generatorLoss('hinge', discriminator({ image: fake }, { name: 'again' }).logits),
      ),
    ],
    report: { loss },
  };
};

describe('a procedure is written down', () => {
  it('as values in the order of creation, and updates', () => {
    const { procedure } = resolve(hinge);
    expect(procedure?.values.map(({ name, op }) => `${name}: ${op}`)).toEqual([
      'image: field',
      'latent: latent',
      'generatorPass: apply',
      'image1: output',
      'discriminatorPass: apply',
      'logits: output',
      'detach: detach',
      'discriminatorPass1: apply',
      'logits1: output',
      'scale: scale',
      'shift: shift',
      'relu: relu',
      'mean: mean',
      'shift1: shift',
      'relu1: relu',
      'mean1: mean',
      'loss: add',
      'again: apply',
      'logits2: output',
      'mean2: mean',
      'scale1: scale',
    ]);
    expect(procedure?.updates).toEqual([
      {
        kind: 'repeat',
        times: 2,
        updates: [
          { kind: 'update', networks: ['discriminator'], objective: 'loss', every: 3, from: 8 },
        ],
      },
      { kind: 'update', networks: ['generator'], objective: 'scale1' },
    ]);
    expect(procedure?.report).toEqual({ loss: 'loss' });
  });

  it('as what resolves to itself', () => {
    const recipe = resolve(hinge);
    expect(resolveRecipe(JSON.parse(JSON.stringify(recipe)), { image })).toEqual(recipe);
  });

  it('as a plan', () => {
    expect(trainingPlan(resolve(hinge))).toContain(
      '  loss = add(mean(relu(shift(scale(discriminatorPass.logits, by -1), by 1))), mean(relu(shift(discriminatorPass1.logits, by 1))))\n',
    );
    const simultaneous = resolveRecipe(tinyRecipe({ update: 'simultaneous' }), { image });
    expect(() => trainingPlan(simultaneous)).toThrow(
      `update: expected 'alternating', for a recipe with a plan, but received "simultaneous"`,
    );
  });
});

describe('a procedure is refused', () => {
  const wrong: [string, p.ProcedureFunction, string][] = [
    [
      'for a network that is not there',
      ({ networks, data }) => ({ updates: [p.update(networks.encoder, data.image)] }),
      'procedure: expected networks among generator, discriminator but received encoder',
    ],
    [
      'for a field that the data lacks',
      ({ networks, data }) => ({ updates: [p.update(networks.generator, data.label)] }),
      'procedure: expected fields of the data among image but received label',
    ],
    [
      'for an output that a network lacks',
      ({ networks: { generator } }) => ({
        updates: [p.update(generator, generator({ z: p.latent() }).styles)],
      }),
      'Expected an output of generator (image) but received styles',
    ],
    [
      'for an input that is missing',
      ({ networks: { generator } }) => ({ updates: [p.update(generator, generator({}).image)] }),
      'Expected a value of the procedure for input z of generator but received nothing',
    ],
    [
      'for an input that a network lacks',
      ({ networks: { generator } }) => {
        const z = p.latent();
        return { updates: [p.update(generator, generator({ z, label: z }).image)] };
      },
      'Expected inputs of generator among z but received label',
    ],
    [
      'for an objective that is an image',
      ({ networks: { generator } }) => ({
        updates: [p.update(generator, generator({ z: p.latent() }).image)],
      }),
      'procedure: update 0: expected an objective of one number an item, got "image" of [1, 8, 8] an item',
    ],
    [
      'for an objective that a network has no part in',
      ({ networks: { discriminator, generator }, data: { image } }) => ({
        updates: [p.update(generator, p.mean(discriminator({ image }).logits))],
      }),
      'procedure: update of "generator": its objective "mean" does not depend on that network',
    ],
    [
      'for a shape that does not fit',
      ({ networks: { discriminator } }) => ({
        updates: [p.update(discriminator, discriminator({ image: p.latent() }).logits)],
      }),
      'procedure: value "discriminatorPass" (apply): input "image" of the network "discriminator": expected [1, 8, 8], got "latent" of [6] an item',
    ],
    [
      'for a number in the place of a value',
      ({ networks: { generator } }) => ({
        updates: [p.update(generator, p.add(3 as unknown as p.Value, p.latent()))],
      }),
      'Expected a value of the procedure for input of add but received 3 of type number',
    ],
    [
      'for two values of one name',
      ({ networks: { generator } }) => {
        const z = p.latent({ name: 'z' });
        const other = p.latent({ name: 'z' });
        return { updates: [p.update(generator, p.mean(p.add(z, other)))] };
      },
      'procedure: expected different names but two values are called "z"',
    ],
    [
      'for a repeat of zero',
      ({ networks: { generator } }) => ({
        updates: [p.repeat(0, [p.update(generator, p.latent())])],
      }),
      'Expected a whole number from 1 for times of repeat but received 0 of type number',
    ],
    ['for no update', () => ({ updates: [] }), 'procedure: expected an update'],
    [
      'that gives nothing',
      (() => undefined) as unknown as p.ProcedureFunction,
      'Expected a function that gives { updates } for procedure but received nothing',
    ],
    [
      'for a report of what no update computes',
      ({ networks: { generator, discriminator }, data: { image } }) => ({
        updates: [p.update(generator, p.mean(discriminator(generator({ z: p.latent() })).logits))],
        report: { real: discriminator({ image }).logits },
      }),
      'procedure: report of real: no update computes all that "real" takes at one time',
    ],
    [
      'for a derivative by what a value does not depend on',
      ({ networks: { discriminator }, data: { image } }) => {
        const slope = p.gradient(discriminator({ image }).logits, p.latent());
        return { updates: [p.update(discriminator, p.sumSquares(slope))] };
      },
      'procedure: value "gradient" (gradient): "logits" does not depend on "latent"',
    ],
  ];
  it.each(wrong)('%s', async (_, procedure, message) => {
    const { train } = await import('../train/training.js');
    await expect((async () => train({ recipe: own(procedure) }))()).rejects.toThrow(message);
  });

  it.each([
    ['loss', { kind: 'hinge' }],
    ['penalties', [{ kind: 'r1' }]],
    ['discriminatorSteps', 2],
    ['packing', 2],
    ['autoencoding', { kind: 'vae' }],
  ])('beside a setting of the built-in ones: %s', (name, setting) => {
    expect(() => resolve(hinge, { [name]: setting })).toThrow(
      new RegExp(`^${name}: expected nothing, as the procedure has objectives of its own, but`),
    );
  });

  it('for what nobody would read, or would read wrongly', () => {
    const update = (options: object): p.ProcedureFunction => {
      return ({ networks: { generator } }) => ({
        updates: [p.update(generator, p.mean(generator({ z: p.latent() }).image), options)],
      });
    };
    expect(() => resolve(update({ evry: 3 }))).toThrow(
      'Expected options among every, from, until for update but received "evry" of type string',
    );
    expect(() =>
      resolve((context) => ({ ...hinge(context), reports: {} }) as p.ProcedureParts),
    ).toThrow(
      'Expected options among updates, report, watched for what a procedure gives but received "reports" of type string',
    );
    expect(() =>
      resolve(({ networks: { generator } }) => ({
        updates: [p.repeat(2, [p.update(generator, p.latent())], { samedata: true } as object)],
      })),
    ).toThrow('Expected options among sameData for repeat but received "samedata" of type string');
    const x = p.latent();
    expect(() => p.discriminatorLoss({ kind: 'hinge', labelSmoothing: 0.1 }, x, x)).toThrow(
      'Expected 0, as the hinge loss has no targets to soften, for labelSmoothing but received 0.1 of type number',
    );
    expect(() => p.discriminatorLoss({ kind: 'minimax', labelSmoothing: 0.6 }, x, x)).toThrow(
      'Expected 0 to 0.5 for labelSmoothing but received 0.6 of type number',
    );
  });

  it.each(['generatorGradientNorm', 'lod'])(
    'for a report of a column that is not its own: %s',
    async (column) => {
      const { train } = await import('../train/training.js');
      const mine: p.ProcedureFunction = (context) => {
        const { updates, report } = hinge(context);
        return { updates, report: { [column]: report?.['loss'] as p.Value } };
      };
      await expect(train({ recipe: own(mine) })).rejects.toThrow(
        `procedure: report of ${column}: that column is the session's own`,
      );
    },
  );

  it('where a recipe would be taken for another', () => {
    const broken = { ...resolve(hinge), procedure: { values: [], updates: [{ kind: 'repeat' }] } };
    expect(() => resolveRecipe(broken as unknown as RecipeConfig, { image })).toThrow(
      /^procedure: expected a ProcedureSpec \(version, values, updates, report\) but received/,
    );
  });
});

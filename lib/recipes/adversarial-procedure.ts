/** The adversarial training that recipes describe by their settings (loss, penalties, steps), as a procedure. */

import { inspectGraph } from '../graph/inspect.js';
import type {
  Moving,
  ProcedureContext,
  ProcedureFunction,
  Update,
  Value,
} from '../procedure/index.js';
import * as p from '../procedure/index.js';
import type { Network } from '../procedure/network.js';
import { discriminatorAccuracy, discriminatorSaturation, sampleDiversity } from './reports.js';
import type { LossOptions, PenaltyOptions, Recipe } from './schema.js';

/** Everything that terms of an objective are made of. */
interface Game {
  recipe: Recipe;
  generator: Network;
  discriminator: Network;
  data: ProcedureContext['data'];
  /** Real images as the discriminator takes them, and what it says of them. */
  real: Value;
  onReal: p.Outputs;
  /** Fakes, without their generator. */
  fake: Value;
  onFake: p.Outputs;
  /** What the discriminator says of images that are packed, augmented first. */
  judge(images: Value, name?: string): p.Outputs;
  /** What the generator makes of fresh latents, for one item in so many of the batch. */
  generate(of: number): p.Outputs;
  /** All outputs of the generator for the fakes. */
  made: p.Outputs;
}

/** A recipe whose training is a game of two networks, as a procedure. */
export function adversarialProcedure(recipe: Recipe): ProcedureFunction {
  return ({ networks, data }) => {
    const { loss, packing, discriminatorSteps, generatorSteps, weightClipping } = recipe;
    if (loss === undefined) throw new TypeError('an adversarial recipe has a loss');
    const { generator, discriminator } = networks as { generator: Network; discriminator: Network };
    const labelled = (network: Network, label: () => Value): { label?: Value } =>
      'label' in network.graph.inputs ? { label: label() } : {};
    const pack = (images: Value): Value => (packing === 1 ? images : p.pack(images, packing));
    const unpack = (images: Value): Value => (packing === 1 ? images : p.unpack(images, packing));
    const seen = (images: Value): Value =>
      recipe.augment === null ? images : pack(p.augment(unpack(images)));
    const label = (): Value => data['label'] as Value;
    const judge = (images: Value, name?: string): p.Outputs =>
      discriminator(
        { image: seen(images), ...labelled(discriminator, label) },
        name === undefined ? {} : { name },
      );
    const generate = (of: number): p.Outputs =>
      generator({
        z: p.latent({ of }),
        ...labelled(generator, () => (of === 1 ? label() : p.first(label(), of))),
      });

    const made = generate(1);
    const fakes = pack(made['image'] as Value);
    const real = pack(data['image'] as Value);
    const onReal = judge(real, 'onReal');
    const fake = p.detach(fakes);
    const onFake = judge(fake, 'onFake');
    const game: Game = {
      recipe,
      generator,
      discriminator,
      data,
      real,
      onReal,
      fake,
      onFake,
      judge,
      generate,
      made,
    };
    const penalties = penaltiesOf(game);
    const ofSide = (side: 'generator' | 'discriminator'): Penalty[] =>
      penalties.filter((one) => one.side === side);

    const lossOfD = p.discriminatorLoss(loss, logits(onReal), logits(onFake));
    const updatesOfD = updatesOf(
      discriminator,
      p.add(
        lossOfD,
        ...classification(game, loss),
        ...experts(onFake, made, loss.experts.discriminator),
      ),
      ofSide('discriminator'),
    );
    if (weightClipping !== null) updatesOfD.push(p.clip(discriminator, weightClipping));

    const onFakes = judge(fakes, 'onFakes');
    // Augmented anew, as the fakes are.
    const onReals = p.isRelativistic(loss) ? judge(real, 'onReals') : onReal;
    const lossOfG = generatorLoss(loss, logits(onFakes), logits(onReals));
    const updatesOfG = updatesOf(
      generator,
      p.add(
        lossOfG,
        ...classified(onFakes, game, loss.classification.generator),
        ...experts(onFakes, made, loss.experts.generator),
      ),
      ofSide('generator'),
    );
    return {
      updates: [
        p.repeat(discriminatorSteps, updatesOfD),
        p.repeat(generatorSteps, updatesOfG, { sameData: true }),
      ],
      report: {
        discriminatorLoss: lossOfD,
        generatorLoss: lossOfG,
        ...reports(game, loss),
        sampleDiversity: sampleDiversity(p.detach(made['image'] as Value), data['image'] as Value),
        ...Object.fromEntries(penalties.map(({ kind, value }) => [`penalty.${kind}`, value])),
      },
      watched: watched(loss, logits(onReal), logits(onFake)),
    };
  };
}

const logits = (outputs: p.Outputs): Value => outputs['logits'] as Value;
const has = (network: Network, output: string): boolean => output in network.graph.outputs;

/** A network's update, with what is due each time, and one for each longer interval. */
function updatesOf(network: Network, objective: Value, penalties: readonly Penalty[]): Update[] {
  const weighted = (interval: number): Value[] =>
    penalties
      .filter((one) => one.interval === interval)
      .map(({ value, weight }) => p.scale(value, weight));
  const intervals = [...new Set(penalties.map(({ interval }) => interval))].sort((a, b) => a - b);
  return [
    p.update(network, p.add(objective, ...weighted(1))),
    ...intervals
      .filter((interval) => interval > 1)
      .map((every) => p.update(network, p.add(...weighted(every)), { every })),
  ];
}

function generatorLoss({ topK, ...loss }: LossOptions, fake: Value, real: Value): Value {
  if (topK === null) return p.generatorLoss(loss, fake, real);
  return p.topMean(fake, p.generatorLoss(loss, fake), topK as Moving);
}

/** Cross-entropies of the class that an auxiliary classifier tells (AC-GAN, Odena et al. 2017). */
function classification(
  { onReal, onFake, data, recipe, discriminator }: Game,
  loss: LossOptions,
): Value[] {
  if (recipe.classes === 0 || !has(discriminator, 'classLogits')) return [];
  const of = (outputs: p.Outputs): Value =>
    p.crossEntropy(outputs['classLogits'] as Value, data['label'] as Value);
  return [p.scale(p.add(of(onReal), of(onFake)), loss.classification.discriminator)];
}

function classified(onFakes: p.Outputs, { data, discriminator }: Game, weight: number): Value[] {
  if (!has(discriminator, 'classLogits')) return [];
  return [p.scale(p.crossEntropy(onFakes['classLogits'] as Value, data['label'] as Value), weight)];
}

/** The cross-entropy of the expert that made a fake (MGAN, Hoang et al. 2018). */
function experts(verdict: p.Outputs, made: p.Outputs, weight: number): Value[] {
  if (!('expertLogits' in verdict)) return [];
  return [p.scale(p.crossEntropy(verdict['expertLogits'] as Value, made['gate'] as Value), weight)];
}

interface Penalty {
  kind: PenaltyOptions['kind'];
  side: 'generator' | 'discriminator';
  interval: number;
  weight: Moving;
  /** One number an item, or a batch. */
  value: Value;
}

function penaltiesOf(game: Game): Penalty[] {
  return game.recipe.penalties.map((options) => ({
    kind: options.kind,
    side: 'network' in options ? options.network : 'discriminator',
    interval: options.interval,
    weight: options.weight as Moving,
    value: penaltyValue(options, game),
  }));
}

/** Formulas and sources: `docs/objectives.md`. */
function penaltyValue(options: PenaltyOptions, game: Game): Value {
  switch (options.kind) {
    case 'gradientPenalty': {
      const epsilon = p.uniform([1, 1, 1], ofBatch(game));
      return slopePenalty(p.lerp(game.fake, game.real, epsilon), options, game);
    }
    case 'dragan': {
      const noise = p.scale(
        p.multiply(p.uniform(shapeOf(game), ofBatch(game)), p.deviation(game.real)),
        options.scale,
      );
      const share = p.uniform([1, 1, 1], ofBatch(game));
      return slopePenalty(p.add(game.real, p.multiply(share, noise)), options, game);
    }
    case 'r1':
      return p.half(p.sumSquares(p.gradient(logits(game.onReal), game.real)));
    case 'r2':
      return p.half(p.sumSquares(p.gradient(logits(game.onFake), game.fake)));
    case 'drift':
      return p.mean(p.square(logits(game.onReal)));
    case 'leCam': {
      const average = (outputs: p.Outputs): Value =>
        p.average(p.detach(p.batchMean(p.mean(logits(outputs)))), { decay: options.decay });
      const ofReal = average(game.onReal);
      const ofFake = average(game.onFake);
      return p.add(
        p.mean(p.square(p.relu(p.subtract(logits(game.onReal), ofFake)))),
        p.mean(p.square(p.relu(p.subtract(ofReal, logits(game.onFake))))),
      );
    }
    case 'consistency':
      return p.add(
        p.scale(consistency(game.onReal, game.real, options, game), options.realWeight),
        p.scale(consistency(game.onFake, game.fake, options, game), options.fakeWeight),
      );
    case 'orthogonal':
      return p.orthogonality(options.network === 'generator' ? game.generator : game.discriminator);
    case 'pathLength': {
      const made = game.generate(options.batchShrink);
      const image = made['image'] as Value;
      const { channels, height, width } = game.recipe.image;
      const noise = p.scale(
        p.normal([channels, height, width], { of: options.batchShrink }),
        1 / Math.sqrt(height * width),
      );
      const slopes = p.gradient(p.multiply(image, noise), made['styles'] as Value);
      const lengths = p.sqrt(p.mean(p.sum(p.square(slopes), { keep: 1 })));
      const average = p.average(p.batchMean(lengths), { decay: 1 - options.decay, start: 'zero' });
      return p.square(p.subtract(lengths, average));
    }
    case 'loadBalance': {
      const load = p.batchMean(game.made['gate'] as Value);
      const count = expertsOf(game);
      return p.sum(p.square(p.shift(load, -1 / count)));
    }
  }
}

/** Draws for every item that the discriminator sees. */
const ofBatch = ({ recipe }: Game): p.DrawOptions =>
  recipe.packing === 1 ? {} : { of: recipe.packing };

function shapeOf({ recipe: { image, packing } }: Game): [number, number, number] {
  return [image.channels * packing, image.height, image.width];
}

function expertsOf({ generator }: Game): number {
  return inspectGraph(generator.graph).outputs['gate']?.shape[0] ?? 1;
}

function slopePenalty(
  points: Value,
  { target, sided }: { target: number; sided: 'one' | 'two' },
  game: Game,
): Value {
  const at = p.detach(points);
  const excess = p.shift(p.norm(p.gradient(logits(game.judge(at)), at)), -target);
  return p.square(sided === 'one' ? p.relu(excess) : excess);
}

function consistency(
  verdict: p.Outputs,
  images: Value,
  { shift, flip }: { shift: number; flip: boolean },
  { judge, recipe: { packing } }: Game,
): Value {
  const apart = packing === 1 ? images : p.unpack(images, packing);
  const moved = p.flipAndShift(p.detach(apart), { shift, flip });
  const again = judge(packing === 1 ? moved : p.pack(moved, packing));
  return p.mean(p.square(p.subtract(logits(verdict), logits(again))));
}

function reports(game: Game, loss: LossOptions): Record<string, Value> {
  const { onReal, onFake, discriminator, generator, data, made } = game;
  const real = logits(onReal);
  const fake = logits(onFake);
  const saturation = discriminatorSaturation(loss.kind, real, fake);
  const label = (): Value => data['label'] as Value;
  const gate = has(generator, 'gate') ? p.detach(made['gate'] as Value) : undefined;
  return {
    realLogit: p.mean(real),
    fakeLogit: p.mean(fake),
    discriminatorAccuracy: discriminatorAccuracy(loss.kind, real, fake),
    ...(saturation && { discriminatorSaturation: saturation }),
    ...(has(discriminator, 'classLogits') && {
      realClassAccuracy: p.accuracy(onReal['classLogits'] as Value, label()),
      fakeClassAccuracy: p.accuracy(onFake['classLogits'] as Value, label()),
    }),
    ...(gate &&
      Object.fromEntries(
        Array.from({ length: expertsOf(game) }, (_, k) => [
          `expertUse.${k}`,
          p.mean(p.slice(gate, { start: k, length: 1 })),
        ]),
      )),
    ...(gate &&
      has(discriminator, 'expertLogits') && {
        expertAccuracy: p.accuracy(onFake['expertLogits'] as Value, p.argmax(gate)),
      }),
  };
}

/** Where a logit alone says nothing, the discriminator's mistakes show in pairs. */
function watched(loss: LossOptions, real: Value, fake: Value): Value {
  const alone = !p.isRelativistic(loss.kind) && loss.kind !== 'wasserstein';
  return alone ? real : p.subtract(real, fake);
}

/** The training of autoencoders that recipes describe by `autoencoding`, as procedures. */
import { inspectGraph } from '../graph/inspect.js';
import type { LossKind, Outputs, ProcedureFunction, Update, Value } from '../procedure/index.js';
import * as p from '../procedure/index.js';
import type { Network } from '../procedure/network.js';
import type { AutoencodingOptions } from './autoencoding.js';
import { discriminatorAccuracy, sampleDiversity } from './reports.js';
import type { LossOptions, Recipe } from './schema.js';

type OptionsOf<Kind> = Extract<AutoencodingOptions, { kind: Kind }>;

interface Parts {
  encoder: Network;
  generator: Network;
  discriminator: Network;
  image: Value;
  loss: LossOptions | undefined;
}

interface Trained {
  updates: Update[];
  report: Record<string, Value>;
}

/** A recipe that trains an encoder with its generator, as a procedure. */
export function autoencoderProcedure(recipe: Recipe): ProcedureFunction {
  return ({ networks, data }) => {
    const { encoder, generator } = networks as { encoder: Network; generator: Network };
    const parts: Parts = {
      encoder,
      generator,
      get discriminator() {
        return networks['discriminator'] as Network;
      },
      image: data['image'] as Value,
      loss: recipe.loss,
    };
    const options = recipe.autoencoding as AutoencodingOptions;
    switch (options.kind) {
      case 'vae':
        return vae(parts, options);
      case 'vaeGan':
        return vaeGan(parts, options);
      case 'aae':
        return aae(parts, options);
      case 'avb':
        return avb(parts, options);
    }
  };
}

interface Posterior {
  code: Value;
  /** Absent where the encoder gives a code alone. */
  kl: Value | undefined;
}

/** The encoder's code for the images, drawn from its posterior where it has one. */
function encode({ encoder, image }: Parts): Posterior {
  const noise = encoder.graph.inputs['noise'];
  const outputs = encoder({
    image,
    ...(noise && 'shape' in noise && { noise: p.normal(noise.shape) }),
  });
  if ('code' in outputs) return { code: outputs['code'] as Value, kl: undefined };
  const mean = outputs['mean'] as Value;
  const logVariance = outputs['logVariance'] as Value;
  const deviation = p.exp(p.half(logVariance));
  const drawn = p.multiply(deviation, p.normal([sizeOf(encoder)]));
  return { code: p.add(mean, drawn), kl: p.gaussianKl(mean, logVariance) };
}

function sizeOf({ graph }: Network): number {
  return inspectGraph(graph).outputs['mean']?.shape[0] as number;
}

/** -log p(x|z), an item. */
function reconstruction(
  decoded: Outputs,
  image: Value,
  { likelihood }: { likelihood: AutoencodingOptions['likelihood'] },
): Value {
  if (likelihood.kind === 'gaussian') {
    return p.gaussianNegativeLog(decoded['image'] as Value, image, likelihood.deviation);
  }
  return p.bernoulliNegativeLog(decoded['logits'] as Value, image);
}

/** The variational bound and its terms. */
const bound = (loss: Value, kl: Value): Record<string, Value> => ({
  elbo: p.negate(p.add(p.mean(loss), p.mean(kl))),
  reconstruction: loss,
  kl,
});

/** Kingma & Welling 2014. */
function vae(parts: Parts, options: OptionsOf<'vae'>): Trained {
  const { encoder, generator, image } = parts;
  const { code, kl } = encode(parts);
  const loss = reconstruction(generator({ z: code }), image, options);
  return {
    updates: [p.update([encoder, generator], p.add(loss, p.scale(kl as Value, options.beta)))],
    report: bound(loss, kl as Value),
  };
}

/** Larsen et al. 2016, algorithm 1. */
function vaeGan(parts: Parts, options: OptionsOf<'vaeGan'>): Trained {
  const { encoder, generator, discriminator, image } = parts;
  const kind = parts.loss?.kind as LossKind;
  const { code, kl } = encode(parts);
  const decoded = generator({ z: code });
  const fakes = generator({ z: p.latent() })['image'] as Value;
  const real = discriminator({ image });
  const again = discriminator({ image: decoded['image'] as Value });
  const fake = discriminator({ image: fakes });
  const [onReal, onAgain, onFake] = [real, again, fake].map((one) => one['logits'] as Value) as [
    Value,
    Value,
    Value,
  ];
  // log D(x) + log(1 - D(x~)) + log(1 - D(x_p)), each a mean: what D maximizes.
  const lossOfD = p.subtract(
    p.discriminatorLoss(parts.loss as LossOptions, onReal, onAgain),
    p.generatorLoss('minimax', onFake),
  );
  const lossOfG = p.add(p.generatorLoss(kind, onAgain), p.generatorLoss(kind, onFake));
  const features = p.gaussianNegativeLog(again['features'] as Value, real['features'] as Value, 1);
  return {
    updates: [
      p.together([
        p.update(discriminator, lossOfD),
        p.update(generator, p.add(p.scale(features, options.gamma), lossOfG)),
        p.update(encoder, p.add(features, p.scale(kl as Value, options.beta))),
      ]),
    ],
    report: {
      ...bound(reconstruction(decoded, image, options), kl as Value),
      featureReconstruction: features,
      discriminatorLoss: lossOfD,
      discriminatorAccuracy: discriminatorAccuracy(kind, onReal, onFake),
      generatorLoss: lossOfG,
      realLogit: p.mean(onReal),
      fakeLogit: p.mean(onFake),
      sampleDiversity: sampleDiversity(p.detach(fakes), image),
    },
  };
}

/** Makhzani et al. 2016: a reconstruction phase, then a regularization phase with codes of their own. */
function aae(parts: Parts, options: OptionsOf<'aae'>): Trained {
  const { encoder, generator, discriminator, image } = parts;
  const loss = parts.loss as LossOptions;
  const reconstructed = reconstruction(generator({ z: encode(parts).code }), image, options);
  const { code } = encode(parts);
  const judge = (z: Value): Value => discriminator({ z })['logits'] as Value;
  const onPrior = judge(p.latent());
  const onCode = judge(p.detach(code));
  const lossOfD = p.discriminatorLoss(loss, onPrior, onCode);
  const lossOfE = p.generatorLoss(loss, judge(code), onPrior);
  return {
    updates: [
      p.update([encoder, generator], reconstructed),
      p.update(discriminator, lossOfD),
      p.update(encoder, p.scale(lossOfE, options.adversarialWeight)),
    ],
    report: {
      reconstruction: reconstructed,
      discriminatorLoss: lossOfD,
      discriminatorAccuracy: discriminatorAccuracy(loss.kind, onPrior, onCode),
      encoderLoss: lossOfE,
      realLogit: p.mean(onPrior),
      fakeLogit: p.mean(onCode),
    },
  };
}

/** Mescheder et al. 2017: at its optimum D is log q(z|x) - log p(z), so its mean under q is the KL divergence. */
function avb(parts: Parts, options: OptionsOf<'avb'>): Trained {
  const { encoder, generator, discriminator, image } = parts;
  const { code } = encode(parts);
  const loss = reconstruction(generator({ z: code }), image, options);
  const onPosterior = discriminator({ image, z: code })['logits'] as Value;
  const onPrior = discriminator({ image, z: p.latent() })['logits'] as Value;
  const kl = p.mean(onPosterior);
  const lossOfD = p.discriminatorLoss('nonSaturating', onPosterior, onPrior);
  return {
    updates: [
      p.together([
        p.update(discriminator, lossOfD),
        p.update([encoder, generator], p.add(loss, p.scale(kl, options.beta))),
      ]),
    ],
    report: {
      ...bound(loss, kl),
      discriminatorLoss: lossOfD,
      discriminatorAccuracy: discriminatorAccuracy('nonSaturating', onPosterior, onPrior),
    },
  };
}

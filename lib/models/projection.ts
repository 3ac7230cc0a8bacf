/** What projection discriminators end in (Miyato & Koyama 2018). */
import {
  add,
  type GraphSpec,
  graph,
  input,
  type ProjectionOptions,
  projection,
  type Value,
} from '../graph/index.js';

/**
 * The output of a discriminator: its logit, and with classes, the product of the class' vector and the features, added to it.
 *
 * @param logit [1].
 * @param features [F]: gives them where they are needed, for an unconditional network has no use for them.
 * @param classes 0 for a network without labels.
 */
export function projectionVerdict(
  logit: Value,
  features: () => Value,
  classes: number,
  options: ProjectionOptions,
): GraphSpec {
  if (classes === 0) return graph({ logits: logit });
  const fits = projection(features(), input('label', { classes }), options);
  return graph({ logits: add([logit, fits]) });
}

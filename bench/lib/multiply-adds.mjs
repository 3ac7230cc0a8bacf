// The multiply-adds of an alternating step, from those of the forward pass (`summary()` shows them). A layer's gradient by its
// input takes as many as its forward pass, and so does that by its weights.

/**
 * How often each pass of a layer happens in a step with one update of each player.
 *
 * D: forward for real images, fakes, and fakes again for G; by weights for the first two; by input in all three, but in the first
 * layer for G alone, since nothing else has use for an image's gradient. G: all once, for the same fakes serve both players, and
 * latents learn nothing.
 */
function passesOf(network, first) {
  if (network === 'discriminator') return { forward: 3, byWeights: 2, byInput: first ? 1 : 3 };
  return { forward: 1, byWeights: 1, byInput: first ? 0 : 1 };
}

/** Of each layer with multiply-adds: `{ network, node, multiplyAdds, forward, byWeights, byInput }`; for one image. */
export function stepPasses({ multiplyAdds }) {
  return Object.entries(multiplyAdds).flatMap(([network, nodes]) =>
    Object.entries(nodes)
      .filter(([, count]) => count > 0)
      .map(([node, count], i) => ({
        network,
        node,
        multiplyAdds: count,
        ...passesOf(network, i === 0),
      })),
  );
}

/** Multiply-adds of a step for each image of the batch. */
export function stepMultiplyAdds(setting) {
  return stepPasses(setting).reduce(
    (sum, { multiplyAdds, forward, byWeights, byInput }) =>
      sum + multiplyAdds * (forward + byWeights + byInput),
    0,
  );
}

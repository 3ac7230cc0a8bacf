/** Random filters at several scales, whose mean strengths describe a picture where nothing has been learnt. */
import {
  avgPool,
  concat,
  conv2d,
  flatten,
  type GraphSpec,
  graph,
  input,
  relu,
  slice,
  type Value,
} from '../graph/index.js';
import type { ImageShape } from '../recipes/schema.js';

/** Filters of one layer. */
const filters = 16;
/** Longest shorter side at which filters look at what other filters found: above it that would cost most of the time. */
const mostForSecond = 64;
/** Shorter side under which no further level is made. */
const leastSide = 8;

/** Begins the names of the nodes whose filters look at the picture itself. */
export const firstLayer = 'first';

export interface RandomFilters {
  /** `image` [C, H, W] in [-1, 1] → `features` [size]; `logits` are of no use, and there because a classifier's graph has them. */
  spec: GraphSpec;
  /** Numbers of neighbouring features that are of one kind: the colours, and each layer at each level. */
  groups: readonly number[];
}

/**
 * A pyramid of the picture, each level half the size of the one before, down to a shorter side of 4 to 7. At each level 16 filters of
 * 3×3 look at the picture, and up to a shorter side of 64 another 16 at what those found; the features are the means of their
 * rectified responses in each quarter of the picture. The mean colours of a grid of about 4×4 are features too. 28×28 in grey has
 * 400 features, 64×64 in colour 688.
 *
 * Sources: Naeem et al. 2020 ("Reliable fidelity and diversity metrics for generative models"), section 4.3, for random networks
 * where pictures are unlike ImageNet's; Karras et al. 2018, section 5, for statistics at each level of a pyramid.
 */
export function randomFilters({ channels, height, width }: ImageShape): RandomFilters {
  const parts: Value[] = [];
  const groups: number[] = [];
  const pooled = (x: Value, kinds: number, [h, w]: Side, cells: number): void => {
    const kernel = [
      Math.max(1, Math.floor(h / cells)),
      Math.max(1, Math.floor(w / cells)),
    ] as const;
    parts.push(flatten(avgPool(x, { kernel })));
    groups.push(kinds * Math.floor(h / kernel[0]) * Math.floor(w / kernel[1]));
  };
  const layer = (x: Value, name: string): Value =>
    relu(conv2d(x, { filters, kernel: 3, padding: 1, bias: false, initializer: 'heNormal', name }));
  let x = input('image', { shape: [channels, height, width] });
  let side: Side = [height, width];
  pooled(x, channels, side, 4);
  for (let level = 0; ; level += 1) {
    const first = layer(x, `${firstLayer}${level}`);
    pooled(first, filters, side, 2);
    if (Math.min(...side) <= mostForSecond) {
      pooled(layer(first, `second${level}`), filters, side, 2);
    }
    if (Math.min(...side) < leastSide) break;
    x = avgPool(x, { kernel: 2 });
    side = [Math.floor(side[0] / 2), Math.floor(side[1] / 2)];
  }
  const features = concat(parts);
  return { spec: graph({ features, logits: slice(features, { length: 1 }) }), groups };
}

type Side = readonly [height: number, width: number];

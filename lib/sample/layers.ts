import { inspectGraph } from '../graph/inspect.js';
import type { GraphSpec } from '../graph/spec.js';
import { requireMemory } from '../memory.js';

/** Images of one forward pass, as the native side samples. */
const mostImages = 64;
const bytesOfFloat = 4;

/** Values of the largest layer of some networks, for one image. */
export function largestLayer(...graphs: readonly GraphSpec[]): number {
  const layers = graphs.flatMap((graph) => inspectGraph(graph).nodes.map(({ shape }) => shape));
  const sizes = layers.map((shape) => shape.reduce((product, side) => product * side, 1));
  return sizes.reduce((a, b) => Math.max(a, b), 0);
}

/**
 * Refuses networks whose layers plainly cannot be held for so many images at once: a graph of a few bytes may ask for more than the
 * system has, which would end the process.
 *
 * @throws GanodeError `MEMORY`.
 */
export function requireLayerMemory(values: number, images: number): void {
  const together = Math.min(images, mostImages);
  requireMemory(bytesOfFloat * values * together, `the values of a layer for ${together} images`);
}

/** Layers that transfer leaves as they are. */

import { inspectGraph } from '../graph/inspect.js';
import type { GraphSpec } from '../graph/spec.js';
import { unexpected } from './validate.js';

/**
 * The graph with some layers marked `frozen`: the first so many that have weights, in the order of the graph (in a discriminator
 * those near the image: Freeze-D, Mo et al. 2020), or the named ones. Layers that are frozen already stay so.
 *
 * @param path Where the wish stands in the recipe, for messages.
 * @throws GanodeError `INVALID_OPTION` for a name or a number that the graph has no layers for; `INVALID_GRAPH`.
 */
export function freezeLayers(
  graph: GraphSpec,
  layers: number | readonly string[],
  path: string,
): GraphSpec {
  if (layers === 0) return graph;
  const weighted = inspectGraph(graph)
    .nodes.filter(({ parameters }) => parameters > 0)
    .map(({ name }) => name);
  const frozen = typeof layers === 'number' ? weighted.slice(0, layers) : layers;
  const stranger = frozen.find((name) => !weighted.includes(name));
  if (stranger !== undefined) {
    throw unexpected(path, `names of layers with weights (${weighted.join(', ')})`, stranger);
  }
  if (typeof layers === 'number' && layers > weighted.length) {
    throw unexpected(path, `at most ${weighted.length}, the layers with weights,`, layers);
  }
  return {
    ...graph,
    nodes: graph.nodes.map((node) =>
      frozen.includes(node.name) ? { ...node, frozen: true } : node,
    ),
  };
}

// What all contenders of a work are given: a resolved recipe, whose graphs the peers build with their own layers.
import { native } from '../../dist/native.js';
import { resolveRecipe } from '../../dist/recipes/index.js';

/**
 * @param given As a user writes it; on the CPU where it names no device.
 * @param image `[channels, height, width]`.
 * @returns `{ config, image, recipe, period, shapes, parameters, multiplyAdds }`: the resolved recipe, the steps after which penalties
 *   are due as they were, and of both networks the shape that each node gives, the parameters, and each node's forward multiply-adds
 *   for one item.
 */
export function setting(given, [channels, height, width]) {
  const config = { device: 'cpu', ...given };
  const image = { channels, height, width };
  const recipe = resolveRecipe(config, { image });
  const reports = perNetwork((which) =>
    native().inspectGraph(JSON.stringify(recipe.models[which])),
  );
  const perNode = (report, field) =>
    Object.fromEntries(report.nodes.map((node) => [node.name, node[field]]));
  return {
    config,
    image,
    recipe,
    period: recipe.penalties.reduce(
      (period, { interval = 1 }) => leastMultiple(period, interval),
      1,
    ),
    shapes: perNetwork((which) => perNode(reports[which], 'shape')),
    parameters: perNetwork((which) => reports[which].parameters),
    multiplyAdds: perNetwork((which) => perNode(reports[which], 'multiplyAdds')),
  };
}

/** The least number that two whole numbers divide. */
export function leastMultiple(a, b) {
  let multiple = a;
  while (multiple % b !== 0) multiple += a;
  return multiple;
}

export function perNetwork(make) {
  return { generator: make('generator'), discriminator: make('discriminator') };
}

/** A chain of nodes without those of one operator. */
export function without(op, graph) {
  const source = new Map();
  const kept = (name) => (source.has(name) ? kept(source.get(name)) : name);
  const nodes = [];
  for (const node of graph.nodes) {
    if (node.op === op) source.set(node.name, node.inputs[0]);
    else nodes.push({ ...node, inputs: node.inputs.map(kept) });
  }
  const outputs = Object.entries(graph.outputs).map(([name, node]) => [name, kept(node)]);
  return { ...graph, nodes, outputs: Object.fromEntries(outputs) };
}

// What all contenders of a work are given: a resolved recipe, whose graphs the peers build with their own layers.
import { native } from '../../dist/native.js';
import { resolveRecipe } from '../../dist/recipes/index.js';

/**
 * @param config As a user writes it.
 * @param image `[channels, height, width]`.
 * @returns `{ config, image, recipe, shapes, parameters, multiplyAdds }`: the resolved recipe, and of both networks the shape that
 *   each node gives, the parameters, and each node's forward multiply-adds for one item.
 */
export function setting(config, [channels, height, width]) {
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
    shapes: perNetwork((which) => perNode(reports[which], 'shape')),
    parameters: perNetwork((which) => reports[which].parameters),
    multiplyAdds: perNetwork((which) => perNode(reports[which], 'multiplyAdds')),
  };
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

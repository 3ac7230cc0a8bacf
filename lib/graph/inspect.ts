import { requirePlain } from '../json.js';
import { type GraphReport, native } from '../native.js';
import type { GraphSpec } from './spec.js';

/** Shapes and costs of a graph, without allocating a weight. Throws `INVALID_GRAPH`, which names the node. */
export function inspectGraph(spec: GraphSpec): GraphReport {
  requirePlain(spec, 'graph', 'INVALID_GRAPH');
  return native().inspectGraph(JSON.stringify(spec));
}

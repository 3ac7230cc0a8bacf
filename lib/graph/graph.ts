import { GanodeError, invalid } from '../errors.js';
import { identifier } from './check.js';
import { reachable } from './reachable.js';
import type { GraphSpec } from './spec.js';
import { isValue, toNodeSpec, type Value } from './value.js';

/**
 * Writes down everything that the outputs need as a GraphSpec, in the order of creation.
 * A node without a name gets its operator's: `conv2d`, `conv2d1`, `conv2d2`, …
 *
 * @param outputs Output name → value: `image` for a generator, `logits` for a discriminator.
 * @throws GanodeError `INVALID_OPTION` for outputs that are no values; `INVALID_GRAPH` when two nodes or inputs have one
 *   name. Whether shapes fit shows `summary`, and the session that is made of it.
 */
export function graph(outputs: Record<string, Value>): GraphSpec {
  checkOutputs(outputs);
  const symbols = reachable(Object.values(outputs));
  const names = nameAll(symbols);
  const nameOf = (symbol: Value): string => names.get(symbol) as string;
  const spec: GraphSpec = { version: 1, inputs: {}, nodes: [], outputs: {} };
  for (const symbol of symbols) {
    if (symbol.input) spec.inputs[nameOf(symbol)] = symbol.input;
    else spec.nodes.push(toNodeSpec(symbol, nameOf(symbol), symbol.inputs.map(nameOf)));
  }
  for (const [name, symbol] of Object.entries(outputs)) spec.outputs[name] = nameOf(symbol);
  return spec;
}

function checkOutputs(outputs: unknown): void {
  const entries = typeof outputs === 'object' && outputs !== null ? Object.entries(outputs) : [];
  if (entries.length === 0) throw invalid('outputs', 'at least one { name: value }', outputs);
  for (const [name, value] of entries) {
    if (!identifier.accepts(name)) throw invalid('name of an output', identifier.expected, name);
    if (!isValue(value)) {
      throw invalid(`output ${name}`, 'a value made by the graph builder', value);
    }
  }
}

/** Given names first, so that a made one never takes a name that somebody chose. */
function nameAll(symbols: readonly Value[]): Map<Value, string> {
  const names = new Map<Value, string>();
  const taken = new Set<string>();
  for (const symbol of symbols) {
    if (symbol.name === undefined) continue;
    if (taken.has(symbol.name)) {
      throw new GanodeError(
        'INVALID_GRAPH',
        `Expected different names but two nodes or inputs are called "${symbol.name}"`,
      );
    }
    taken.add(symbol.name);
    names.set(symbol, symbol.name);
  }
  for (const symbol of symbols) {
    if (symbol.name !== undefined) continue;
    let name = symbol.op;
    for (let number = 1; taken.has(name); number += 1) name = `${symbol.op}${number}`;
    taken.add(name);
    names.set(symbol, name);
  }
  return names;
}

/** Networks as functions of values. */
import { GanodeError, invalid } from '../errors.js';
import type { GraphSpec } from '../graph/spec.js';
import { isValue, type Value, type ValueOptions, value } from './value.js';

/** Outputs of a pass, by name. An output that the network does not have throws `INVALID_OPTION`. */
export type Outputs = Readonly<Record<string, Value>>;

/**
 * A network of the procedure: `G({ z }).image` is its output `image` for the input `z`. Every call is a pass of its own; passes
 * with the same weights become one where that gives the same.
 */
export interface Network {
  (inputs: Readonly<Record<string, Value>>, options?: ValueOptions): Outputs;
  readonly networkName: string;
  /** Its architecture. */
  readonly graph: GraphSpec;
}

export function network(name: string, graph: GraphSpec): Network {
  const apply = (inputs: Readonly<Record<string, Value>>, options: ValueOptions = {}): Outputs => {
    if (typeof inputs !== 'object' || inputs === null || isValue(inputs)) {
      throw invalid(`inputs of ${name}`, `{ ${Object.keys(graph.inputs).join(', ')} }`, inputs);
    }
    for (const input of Object.keys(graph.inputs)) {
      if (isValue(inputs[input])) continue;
      throw invalid(`input ${input} of ${name}`, 'a value of the procedure', inputs[input]);
    }
    for (const given of Object.keys(inputs)) {
      if (given in graph.inputs) continue;
      const known = Object.keys(graph.inputs).join(', ');
      throw new GanodeError(
        'INVALID_OPTION',
        `Expected inputs of ${name} among ${known} but received ${given}`,
      );
    }
    const names = Object.keys(graph.inputs);
    const pass = value(
      'apply',
      names.map((input) => inputs[input] as Value),
      { ...options, network: name, arguments: names },
    );
    return outputsOf(name, graph, pass);
  };
  return Object.assign(apply, { networkName: name, graph });
}

/** Outputs are named when the procedure is written down. */
const unnamed: ValueOptions = {};

function outputsOf(name: string, graph: GraphSpec, pass: Value): Outputs {
  const outputs: Record<string, Value> = {};
  for (const output of Object.keys(graph.outputs)) {
    outputs[output] = value('output', [pass], { ...unnamed, output });
  }
  return new Proxy(outputs, {
    get(target, key) {
      if (typeof key === 'string' && !Object.hasOwn(target, key)) {
        const known = Object.keys(target).join(', ');
        throw new GanodeError(
          'INVALID_OPTION',
          `Expected an output of ${name} (${known}) but received ${key}`,
        );
      }
      return Reflect.get(target, key);
    },
  });
}

/** Whether it is a network of a procedure. */
export function isNetwork(candidate: unknown): candidate is Network {
  return typeof candidate === 'function' && 'networkName' in candidate;
}

/** Symbolic values: what the builder's functions take and give, until `graph` writes them down as a GraphSpec. */
import { invalid } from '../errors.js';
import type { InputSpec, NodeSpec } from './spec.js';

/** The output of an input or a node that is not written down yet. */
export interface Value {
  readonly kind: 'input' | 'node';
  /** Order of creation; a node comes after everything that it reads. */
  readonly order: number;
  /** Given by the user; absent, `graph` makes one from the operator. */
  readonly name: string | undefined;
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly input: InputSpec | undefined;
}

/** Options of every operator. */
export interface NodeOptions {
  /** Name in the graph and in checkpoints. Default: the operator's name, numbered from its second use. */
  name?: string;
}

/** Options of every operator with weights. */
export interface LayerOptions extends NodeOptions {
  /** The weights stay as they are in training (default false). */
  frozen?: boolean;
}

let created = 0;

/** A named input: `{ shape }` for real values without the batch dimension, `{ classes }` for one class index an item. */
export function input(name: string, spec: InputSpec): Value {
  if (typeof name !== 'string' || name === '') throw invalid('name', 'a name of an input', name);
  return {
    kind: 'input',
    order: created++,
    name,
    op: 'input',
    inputs: [],
    attributes: {},
    input: spec,
  };
}

/** One operator applied to earlier values; every function of the builder ends here. */
export function node<Options extends NodeOptions>(
  op: string,
  inputs: readonly Value[],
  options: Options,
): Value {
  for (const value of inputs) {
    if (typeof value !== 'object' || value === null || !('order' in value)) {
      throw invalid(`input of ${op}`, 'a value made by the graph builder', value);
    }
  }
  const { name, ...attributes } = options as Options & Record<string, unknown>;
  return {
    kind: 'node',
    order: created++,
    name,
    op,
    inputs,
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([, value]) => value !== undefined),
    ),
    input: undefined,
  };
}

/** A node as GraphSpec writes it. */
export function toNodeSpec(symbol: Value, name: string, inputs: string[]): NodeSpec {
  return { name, op: symbol.op, inputs, ...symbol.attributes };
}

/** Symbolic values: what the builder's functions take and give, until `graph` writes them down as a GraphSpec. */
import { invalid } from '../errors.js';
import { type Checks, checkAttributes, dimensions, flag, identifier, whole } from './check.js';
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

/**
 * A named input: `{ shape }` for real values without the batch dimension (1 to 8 sizes; images are [C, H, W]), or
 * `{ classes }` for one class index an item, 0 … classes - 1.
 *
 * @throws GanodeError `INVALID_OPTION` for a name or a size that cannot be.
 */
export function input(name: string, spec: InputSpec): Value {
  if (!identifier.accepts(name)) throw invalid('name of an input', identifier.expected, name);
  if (typeof spec !== 'object' || spec === null || 'shape' in spec === 'classes' in spec) {
    throw invalid(`input ${name}`, 'either { shape } or { classes }', spec);
  }
  checkAttributes(`input ${name}`, { ...spec }, { shape: dimensions, classes: whole(1) });
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

/**
 * One operator applied to earlier values; every function of the builder ends here.
 *
 * @throws GanodeError `INVALID_OPTION` for an input that is no value, or an attribute that its check refuses.
 */
export function node<Options extends NodeOptions>(
  op: string,
  inputs: readonly Value[],
  options: Options,
  checks: Checks = {},
): Value {
  if (!Array.isArray(inputs)) throw invalid(`inputs of ${op}`, 'a list of values', inputs);
  for (const value of inputs) {
    if (!isValue(value))
      throw invalid(`input of ${op}`, 'a value made by the graph builder', value);
  }
  const { name, ...attributes } = (options ?? {}) as Options & Record<string, unknown>;
  checkAttributes(op, { name, ...attributes }, { name: identifier, frozen: flag, ...checks });
  return {
    kind: 'node',
    order: created++,
    name,
    op,
    inputs: [...inputs],
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([, value]) => value !== undefined),
    ),
    input: undefined,
  };
}

/** Whether the builder made it. */
export function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'order' in value;
}

/** A node as GraphSpec writes it. */
export function toNodeSpec(symbol: Value, name: string, inputs: string[]): NodeSpec {
  return { name, op: symbol.op, inputs, ...symbol.attributes };
}

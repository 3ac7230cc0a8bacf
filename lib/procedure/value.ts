/** Values of a procedure that are not written down yet: building them computes nothing. */
import { invalid } from '../errors.js';
import { type Checks, checkAttributes, identifier } from '../graph/check.js';

/** Something that a step computes: data, a draw, an output of a network, or what an operator makes of others. */
export interface Value {
  readonly kind: 'value';
  /** Order of creation, in which a step computes what it needs; a value comes after everything that it reads. */
  readonly order: number;
  /** Given by the user; absent, the procedure makes one from the operator. */
  readonly name: string | undefined;
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Options of every operator. */
export interface ValueOptions {
  /** Name in the plan, in profiles and in messages. Default: the operator's, numbered from its second use. */
  name?: string;
}

let created = 0;

/**
 * One operator applied to earlier values; everything that makes a value ends here.
 *
 * @throws GanodeError `INVALID_OPTION` for an input that is no value, or an attribute that its check refuses.
 */
export function value<Options extends ValueOptions>(
  op: string,
  inputs: readonly Value[],
  options: Options,
  checks: Checks = {},
): Value {
  for (const one of inputs) {
    if (!isValue(one)) throw invalid(`input of ${op}`, 'a value of the procedure', one);
  }
  const { name, ...attributes } = (options ?? {}) as Options & Record<string, unknown>;
  checkAttributes(op, { name, ...attributes }, { name: identifier, ...checks });
  return {
    kind: 'value',
    order: created++,
    name,
    op,
    inputs: [...inputs],
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([, attribute]) => attribute !== undefined),
    ),
  };
}

/** Whether it is a value of a procedure. */
export function isValue(candidate: unknown): candidate is Value {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    (candidate as { kind?: unknown }).kind === 'value'
  );
}

/** From values and updates to a ProcedureSpec. */
import { GanodeError, invalid } from '../errors.js';
import { checkKeys } from '../graph/check.js';
import { reachable } from '../graph/reachable.js';
import type { GraphSpec } from '../graph/spec.js';
import { type Network, network } from './network.js';
import type { ProcedureSpec, UpdateSpec, ValueSpec } from './spec.js';
import type { Update } from './updates.js';
import { isValue, type Value, value } from './value.js';

/** What a procedure is made of. */
export interface ProcedureContext {
  /** The recipe's networks by name. One that it does not have throws `INVALID_OPTION`. */
  networks: {
    readonly [name: string]: Network;
    readonly generator: Network;
    readonly discriminator: Network;
    readonly encoder: Network;
  };
  /**
   * Fields of the data, an item each: `image`, [C, H, W] in [-1, 1], and `label` where the networks take labels. A field that is not
   * there throws `INVALID_OPTION`.
   */
  data: { readonly [field: string]: Value; readonly image: Value; readonly label: Value };
}

export interface ProcedureParts {
  /** What a step does, in order. */
  updates: readonly Update[];
  /**
   * What a step reports beside the norms of gradients: column → value, of which the mean over items and updates is taken. A value
   * is reported whenever an update has computed all that it takes; it costs no pass of its own.
   */
  report?: Readonly<Record<string, Value>>;
  /** Logits of real images, by which an adaptive augmentation (`augment.kind: 'ada'`) goes. */
  watched?: Value;
}

/** A training procedure: a function that is called once, when the recipe is resolved, and builds values and updates. */
export type ProcedureFunction = (context: ProcedureContext) => ProcedureParts;

/**
 * Writes a procedure down.
 *
 * @param models Architectures of the networks that it may use, by name.
 * @param fields Names of the data's fields.
 * @throws GanodeError `INVALID_OPTION` in the words of the procedure; whether shapes fit shows when a session is made of it.
 */
export function procedureSpec(
  make: ProcedureFunction,
  models: Readonly<Record<string, GraphSpec>>,
  fields: readonly string[],
): ProcedureSpec {
  const data = fields.map((field) => [field, value('field', [], { name: field, field })] as const);
  const networks = Object.entries(models).map(
    ([name, graph]) => [name, network(name, graph)] as const,
  );
  const parts = make({
    networks: known<ProcedureContext['networks']>('networks', Object.fromEntries(networks)),
    data: known<ProcedureContext['data']>('fields of the data', Object.fromEntries(data)),
  });
  if (typeof parts !== 'object' || parts === null || !Array.isArray(parts.updates))
    throw invalid('procedure', 'a function that gives { updates }', parts);
  checkKeys('what a procedure gives', parts, ['updates', 'report', 'watched']);
  const { updates, report = {}, watched } = parts as ProcedureParts;
  if (updates.length === 0)
    throw new GanodeError('INVALID_OPTION', 'procedure: expected an update');
  for (const [column, one] of Object.entries(report)) {
    if (!isValue(one)) throw invalid(`report of ${column}`, 'a value of the procedure', one);
  }
  const ends = [...objectives(updates), ...Object.values(report), ...(watched ? [watched] : [])];
  const values = reachable(ends);
  const names = nameAll(values, report);
  const nameOf = (one: Value): string => names.get(one) as string;
  return {
    version: 1,
    values: values.map((one) => toSpec(one, nameOf)),
    updates: updates.map((one) => updateSpec(one, nameOf)),
    report: Object.fromEntries(Object.entries(report).map(([key, one]) => [key, nameOf(one)])),
    ...(watched && { watched: nameOf(watched) }),
  };
}

/** An object that throws for what it does not have, rather than give undefined. */
function known<T extends object>(what: string, entries: object): T {
  return new Proxy(entries as T, {
    get(target, key) {
      if (typeof key === 'string' && !Object.hasOwn(target, key)) {
        const there = Object.keys(target).join(', ');
        throw new GanodeError(
          'INVALID_OPTION',
          `procedure: expected ${what} among ${there} but received ${key}`,
        );
      }
      return Reflect.get(target, key);
    },
  });
}

function objectives(updates: readonly Update[]): Value[] {
  return updates.flatMap((one) => {
    if (one.kind === 'update') return [one.objective];
    return one.kind === 'clip' ? [] : objectives(one.updates);
  });
}

/** Names that somebody gave first, then what a value is reported as, then its operator's, numbered. */
function nameAll(
  values: readonly Value[],
  report: Readonly<Record<string, Value>>,
): Map<Value, string> {
  const names = new Map<Value, string>();
  const taken = new Set<string>();
  const take = (one: Value, name: string): void => {
    taken.add(name);
    names.set(one, name);
  };
  for (const one of values) {
    if (one.name === undefined) continue;
    if (taken.has(one.name)) {
      throw new GanodeError(
        'INVALID_OPTION',
        `procedure: expected different names but two values are called "${one.name}"`,
      );
    }
    take(one, one.name);
  }
  for (const [column, one] of Object.entries(report)) {
    if (!names.has(one) && !taken.has(column)) take(one, column);
  }
  for (const one of values) {
    if (names.has(one)) continue;
    const stem = stemOf(one);
    let name = stem;
    for (let number = 1; taken.has(name); number += 1) name = `${stem}${number}`;
    take(one, name);
  }
  return names;
}

/** A pass is called after its network, an output after itself. */
function stemOf(one: Value): string {
  if (one.op === 'apply') return `${one.attributes['network']}Pass`;
  return one.op === 'output' ? String(one.attributes['output']) : one.op;
}

function toSpec(one: Value, nameOf: (value: Value) => string): ValueSpec {
  return {
    name: nameOf(one),
    op: one.op,
    ...(one.inputs.length > 0 && { inputs: one.inputs.map(nameOf) }),
    ...one.attributes,
  };
}

function updateSpec(one: Update, nameOf: (value: Value) => string): UpdateSpec {
  const inside = (updates: readonly Update[]): UpdateSpec[] =>
    updates.map((each) => updateSpec(each, nameOf));
  switch (one.kind) {
    case 'update': {
      const { every, from, until } = one.options;
      return {
        kind: 'update',
        networks: one.networks,
        objective: nameOf(one.objective),
        ...(every !== undefined && { every }),
        ...(from !== undefined && { from }),
        ...(until !== undefined && Number.isFinite(until) && { until }),
      };
    }
    case 'clip':
      return { kind: 'clip', networks: one.networks, limit: one.limit };
    case 'together':
      return { kind: 'together', updates: inside(one.updates) };
    case 'repeat':
      return {
        kind: 'repeat',
        times: one.times,
        ...(one.sameData && { sameData: true }),
        updates: inside(one.updates),
      };
  }
}

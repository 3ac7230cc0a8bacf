/** Validation with messages of one line: the path, what was expected, what came. */
import { z } from 'zod';
import { GanodeError, showJson } from '../errors.js';
import { didYouMean } from '../nearest.js';

/**
 * Validates a value and fills in defaults; the first thing that is wrong becomes one line.
 *
 * @param prefix Where the value stands in what the user wrote, for the path in the message.
 * @throws GanodeError `INVALID_OPTION` with `details.path`.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  prefix = '',
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  const path = [prefix, ...issue.path.map(String)].filter(Boolean).join('.');
  const { schemas, at } = follow(schema, value, issue.path);
  throw wrong(path, issue, schemas, at);
}

/** `path: expected X but received Y`, as an error. */
export function unexpected(path: string, expected: string, received: unknown): GanodeError {
  const message = `${path || 'recipe'}: expected ${expected} but received ${showJson(received)}`;
  return new GanodeError('INVALID_OPTION', message, { details: { path } });
}

function wrong(
  path: string,
  issue: z.core.$ZodIssue,
  schemas: readonly z.ZodType[],
  received: unknown,
): GanodeError {
  const known = schemas.flatMap(keysOf);
  const stranger =
    issue.code === 'unrecognized_keys'
      ? issue.keys[0]
      : issue.code === 'invalid_union' && isObject(received)
        ? Object.keys(received).find((key) => !known.includes(key))
        : undefined;
  if (stranger !== undefined) {
    const full = path ? `${path}.${stranger}` : stranger;
    const message = `Unknown option "${full}"${didYouMean(stranger, known)}`;
    return new GanodeError('INVALID_OPTION', message, { details: { path: full } });
  }
  // A number where a number may stand is out of its range.
  const range =
    typeof received === 'number' ? schemas.find((one) => one instanceof z.ZodNumber) : undefined;
  const outside = range?.safeParse(received).error?.issues[0] ?? issue;
  if (outside.code === 'invalid_union') {
    return unexpected(path, schemas.map(describeAlternative).join(' or '), received);
  }
  const expected = outside.message
    .replace(/^.*?expected /i, '')
    .replace(/, received.*/, '')
    .replace(/\bint\b/, 'whole number');
  return unexpected(path, expected, received);
}

/** The schemas that stand for the value at the end of a path, and that value. */
function follow(
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): { schemas: z.ZodType[]; at: unknown } {
  let schemas = alternatives(schema, value);
  let at = value;
  for (const key of path) {
    at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
    schemas = schemas.flatMap((one) => {
      const next =
        one instanceof z.ZodObject
          ? one.shape[key as string]
          : one instanceof z.ZodArray
            ? one.element
            : undefined;
      return next ? alternatives(next as z.ZodType, at) : [];
    });
  }
  return { schemas, at };
}

/** What a union may be: all of it, or what its discriminator leaves. Wrappers (`default`, `nullable`) are taken off. */
function alternatives(schema: z.ZodType, value: unknown): z.ZodType[] {
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).flatMap((one) => alternatives(one, value));
    const { discriminator } = schema.def as { discriminator?: string };
    const fitting = options.filter((one) => discriminator && matches(one, discriminator, value));
    return fitting.length > 0 ? fitting : options;
  }
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return innerType ? alternatives(innerType, value) : [schema];
}

function matches(schema: z.ZodType, discriminator: string, value: unknown): boolean {
  if (!(schema instanceof z.ZodObject) || !isObject(value)) return false;
  const kind = schema.shape[discriminator] as z.ZodType | undefined;
  return kind?.safeParse(value[discriminator]).success === true;
}

function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** `{epochs}` for an object, what may be left out left out; the words or the type of anything else. */
function describeAlternative(schema: z.ZodType): string {
  if (schema instanceof z.ZodObject) {
    const needed = Object.entries(schema.shape as Record<string, z.ZodType>).filter(
      ([, value]) => !value.safeParse(undefined).success,
    );
    return `{${needed.map(([key]) => key).join(', ')}}`;
  }
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const words = schema instanceof z.ZodEnum ? schema.options : [...schema.values];
    return words.map(showJson).join(' or ');
  }
  return schema.def.type;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The training procedure of a recipe, where it has one of its own (`lib/procedure`). */
import { z } from 'zod';
import { batchesOf, type ProcedureSpec } from '../procedure/spec.js';
import type { Recipe } from './schema.js';
import { isObject, unexpected } from './validate.js';

/** The outline only: the native side checks a procedure in full, and names the value. */
export const procedureSchema = z.custom<ProcedureSpec>(
  (value) =>
    isObject(value) &&
    Array.isArray(value['values']) &&
    value['values'].every(isObject) &&
    Array.isArray(value['updates']) &&
    value['updates'].length > 0 &&
    value['updates'].every(isUpdate) &&
    (value['report'] === undefined || isObject(value['report'])),
  'expected a ProcedureSpec (version, values, updates, report)',
);

function isUpdate(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, updates, times } = value;
  if (kind === 'update' || kind === 'clip') return true;
  if (kind !== 'repeat' && kind !== 'together') return false;
  if (!Array.isArray(updates) || updates.length === 0 || !updates.every(isUpdate)) return false;
  return kind === 'together' || (Number.isSafeInteger(times) && (times as number) >= 1);
}

/** Settings of the built-in procedures, with what stands there where a recipe has its own. */
export const ofBuiltIn = {
  loss: undefined,
  penalties: [],
  weightClipping: null,
  packing: 1,
  discriminatorSteps: 1,
  generatorSteps: 1,
  update: 'alternating',
  autoencoding: null,
} satisfies Partial<Recipe>;

/** A recipe's defaults without those settings: a procedure says itself what they say. */
export function withoutBuiltIn(defaults: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !(name in ofBuiltIn)));
}

/** @throws GanodeError `INVALID_OPTION` for a setting that the recipe's own procedure would not look at. */
export function checkOwnProcedure(recipe: Recipe): void {
  if (recipe.procedure === null) return;
  requireNone(recipe, ofBuiltIn, () => 'nothing, as the procedure has objectives of its own,');
}

/** Throws `INVALID_OPTION` for a setting that is something else than what means none. */
export function requireNone(
  recipe: Recipe,
  settings: Partial<Recipe>,
  expected: (none: unknown) => string,
): void {
  for (const [name, none] of Object.entries(settings)) {
    const value = recipe[name as keyof Recipe];
    if (JSON.stringify(value) !== JSON.stringify(none))
      throw unexpected(name, expected(none), value);
  }
}

/** Batches of real items that one step of a recipe takes. */
export function batchesPerStep(
  recipe: Pick<Recipe, 'procedure' | 'discriminatorSteps' | 'accumulation'>,
): number {
  const { procedure, discriminatorSteps, accumulation } = recipe;
  return (procedure === null ? discriminatorSteps : batchesOf(procedure)) * accumulation;
}

/** The language of training procedures: `import { procedure as p } from 'ganode'`. */
export * from './arithmetic.js';
export * from './derivatives.js';
export * from './draws.js';
export * from './items.js';
export * from './losses.js';
export type { Network, Outputs } from './network.js';
export {
  type ProcedureContext,
  type ProcedureFunction,
  type ProcedureParts,
  procedureSpec,
} from './procedure.js';
export * from './reductions.js';
export type * from './spec.js';
export { clip, repeat, together, type Update, type UpdateOptions, update } from './updates.js';
export type { Value, ValueOptions } from './value.js';

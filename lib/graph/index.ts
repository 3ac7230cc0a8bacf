export * from './functions.js';
export { graph } from './graph.js';
export * from './layers.js';
export type * from './spec.js';
export { summary } from './summary.js';
export { input, type LayerOptions, type NodeOptions, type Value } from './value.js';

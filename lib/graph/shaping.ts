/** Operators that rearrange or join values. Shapes: `docs/graph.md`. */
import { dimensions, required, whole } from './check.js';
import { type NodeOptions, node, type Value } from './value.js';

export interface ReshapeOptions extends NodeOptions {
  /** 1 to 8 sizes without the batch's, with as many values in all as the input. */
  shape: number[];
}

/** The same values in another shape, in row-major order. */
export function reshape(x: Value, options: ReshapeOptions): Value {
  return node('reshape', [x], options, { shape: required(dimensions) });
}

/** Any shape → [n], in row-major order. */
export function flatten(x: Value, options: NodeOptions = {}): Value {
  return node('flatten', [x], options);
}

export interface RepeatOptions extends NodeOptions {
  /** From 1. */
  count: number;
}

/** The same values `count` times, in a dimension of their own: [F] → [count, F], a vector at each step of a sequence. */
export function repeat(x: Value, options: RepeatOptions): Value {
  return node('repeat', [x], options, { count: required(whole(1)) });
}

export interface ConcatOptions extends NodeOptions {
  /** Counted from the first dimension after the batch. Default 0: channels or features. */
  axis?: number;
}

/** Joins two or more values, whose shapes agree but along `axis`. */
export function concat(values: readonly Value[], options: ConcatOptions = {}): Value {
  return node('concat', values, options, { axis: whole(0) });
}

export interface SliceOptions extends NodeOptions {
  /** Counted from the first dimension after the batch. Default 0: channels or features. */
  axis?: number;
  /** Default 0. */
  start?: number;
  /** From 1. */
  length: number;
}

/** `length` neighbouring values along an axis, from `start`. */
export function slice(x: Value, options: SliceOptions): Value {
  return node('slice', [x], options, {
    axis: whole(0),
    start: whole(0),
    length: required(whole(1)),
  });
}

/** Sum of two or more values; shapes broadcast, aligned at the right. */
export function add(values: readonly Value[], options: NodeOptions = {}): Value {
  return node('add', values, options);
}

/** Product of two or more values; shapes broadcast, aligned at the right. */
export function multiply(values: readonly Value[], options: NodeOptions = {}): Value {
  return node('multiply', values, options);
}

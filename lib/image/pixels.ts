/** The typed arrays that pixels come in. */
import { invalid } from '../errors.js';

/** Bytes, 0 … 255, or numbers, -1 … 1. */
export type Pixels = Uint8Array | Float32Array;

/** Pixels as callers may have them: a canvas's `ImageData` holds its bytes in a `Uint8ClampedArray`. */
export type GivenPixels = Pixels | Uint8ClampedArray;

/** Bytes of numbers: -1 is 0, 1 is 255; those beyond become the nearest. */
export function bytesOf(pixels: Pixels): Uint8Array {
  if (pixels instanceof Uint8Array) return pixels;
  const clamped = Uint8ClampedArray.from(pixels, (value) => Math.round((value + 1) * 127.5));
  return new Uint8Array(clamped.buffer);
}

/**
 * Pixels that were given, bytes as `Uint8Array`. Nothing is copied: a clamped array is looked at through another view.
 *
 * @throws GanodeError `INVALID_OPTION` for any other value.
 */
export function asPixels(given: GivenPixels, name: string): Pixels {
  if (given instanceof Uint8Array || given instanceof Float32Array) return given;
  if (given instanceof Uint8ClampedArray) {
    return new Uint8Array(given.buffer, given.byteOffset, given.length);
  }
  throw invalid(name, 'a Uint8Array, Uint8ClampedArray or Float32Array', given);
}

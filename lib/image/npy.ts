/** NumPy's array files, version 1.0. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { readFile } from 'node:fs/promises';
import { GanodeError, invalid } from '../errors.js';
import { ioError } from '../files.js';

/** `\x93NUMPY`, the version, and two bytes that tell the length of the header. */
const magicLength = 10;

/** Bytes of a value, by the kinds that are read. */
const itemSizes: Readonly<Record<string, number>> = { '|u1': 1, '<f4': 4, '<f8': 8 };

/** A row-major array. */
export interface NpyArray {
  shape: number[];
  data: Uint8Array | Float32Array;
}

/**
 * A C-ordered array of the shape as the bytes of a file. The header is padded so that the data begins at a multiple of 64.
 * Throws `INVALID_OPTION` when the shape does not fit the data.
 */
export function npy(shape: readonly number[], data: Uint8Array | Float32Array): Uint8Array {
  if (product(shape) !== data.length) {
    throw invalid('shape', `a shape of ${data.length} values`, shape.join('×'));
  }
  const descr = data instanceof Uint8Array ? '|u1' : '<f4';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((magicLength + text.length + 1) / 64) * 64 - magicLength;
  const bytes = new Uint8Array(magicLength + length + data.byteLength);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  bytes.set(Buffer.from(`${text.padEnd(length - 1)}\n`), magicLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), magicLength + length);
  return bytes;
}

/** Reads a file that `npy` or NumPy wrote. Throws `IO`, or `INVALID_DATA` as `parseNpy`. */
export async function readNpy(path: string): Promise<NpyArray> {
  try {
    return parseNpy(await readFile(path), path);
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/**
 * The array in the bytes of a file; `path` is for messages. Doubles are rounded to float32. Throws `INVALID_DATA` unless it is
 * version 1.0, uint8 or little-endian float32 or float64, C-ordered, and as long as its header says.
 */
export function parseNpy(bytes: Uint8Array, path: string): NpyArray {
  const fail = (message: string): GanodeError =>
    new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.subarray(0, 8).toString('latin1') !== '\x93NUMPY\x01\x00') {
    throw fail('expected an .npy file of version 1.0');
  }
  const start = file.length >= magicLength ? magicLength + file.readUInt16LE(8) : Infinity;
  if (start > file.length) throw fail(`cut short: ${file.length} bytes hold no header`);
  const header = file.subarray(magicLength, start).toString('latin1');
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const tuple = /'shape': *\(((?:\d+, *)*\d*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined) {
    throw fail('expected a header with descr, fortran_order and shape');
  }
  const size = itemSizes[descr];
  if (size === undefined || order === 'True') {
    throw fail(`expected C-ordered |u1, <f4 or <f8 but it is ${descr}, fortran_order ${order}`);
  }
  const shape = (tuple.match(/\d+/g) ?? []).map(Number);
  const length = product(shape) * size;
  if (length !== file.length - start) {
    throw fail(`expected ${shape.join('×')} = ${length} bytes but ${file.length - start} follow`);
  }
  const data = Uint8Array.from(file.subarray(start));
  if (size === 1) return { shape, data };
  const { buffer } = data;
  const values =
    size === 4 ? new Float32Array(buffer) : Float32Array.from(new Float64Array(buffer));
  return { shape, data: values };
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

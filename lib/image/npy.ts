/** NumPy's array files, version 1.0. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { cut, GanodeError, invalid } from '../errors.js';
import { readWhole } from '../files/read.js';
import { ioError } from '../files.js';

/** `\x93NUMPY`, the version, and two bytes that tell the length of the header. */
const magicLength = 10;

type Values = Uint8Array | Float32Array | Int32Array;

/** How the values of a kind are read from where they lie in a file. */
interface Kind {
  /** Bytes of a value. */
  size: number;
  read(buffer: ArrayBuffer, offset: number, length: number): Values;
}

const asIs = (
  Type: Uint8ArrayConstructor | Float32ArrayConstructor | Int32ArrayConstructor,
): Kind => ({
  size: Type.BYTES_PER_ELEMENT,
  read: (buffer, offset, length) => new Type(buffer, offset, length),
});

const integers = (
  Type:
    | Int8ArrayConstructor
    | Int16ArrayConstructor
    | Uint16ArrayConstructor
    | Uint32ArrayConstructor
    | BigInt64ArrayConstructor
    | BigUint64ArrayConstructor,
): Kind => ({
  size: Type.BYTES_PER_ELEMENT,
  read: (buffer, offset, length) => {
    const values: ArrayLike<number | bigint> = new Type(buffer, offset, length);
    return Int32Array.from({ length }, (_, i) =>
      Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(values[i]))),
    );
  },
});

/** What is read, by NumPy's names. */
const kinds: Readonly<Record<string, Kind>> = {
  '|u1': asIs(Uint8Array),
  '<f4': asIs(Float32Array),
  '<f8': {
    size: 8,
    read: (buffer, offset, length) => Float32Array.from(new Float64Array(buffer, offset, length)),
  },
  '<i4': asIs(Int32Array),
  '|i1': integers(Int8Array),
  '<i2': integers(Int16Array),
  '<u2': integers(Uint16Array),
  '<u4': integers(Uint32Array),
  '<i8': integers(BigInt64Array),
  '<u8': integers(BigUint64Array),
};

/** A row-major array. */
export interface NpyArray {
  shape: number[];
  /** Whole numbers but bytes are `Int32Array`; those beyond its range are its least or largest. */
  data: Values;
}

/** What the beginning of a file says of the rest. */
export interface NpyHeader {
  shape: number[];
  /** NumPy's name of the type: `|u1`, `<f4`, … */
  descr: string;
  /** Bytes before the values. */
  start: number;
  /** Bytes of the whole file. */
  length: number;
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
    return parseNpy(await readWhole(path), path);
  } catch (error) {
    throw ioError('read', path, error);
  }
}

/**
 * What the first bytes of a file say of it; undefined where they hold only a part of the header.
 *
 * @param path For messages.
 * @throws GanodeError `INVALID_DATA` unless it is version 1.0, C-ordered, and little-endian integers, float32 or float64.
 */
export function npyHeader(bytes: Uint8Array, path: string): NpyHeader | undefined {
  const fail = (message: string): GanodeError => failure(path, message);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = file.subarray(0, 8).toString('latin1');
  if (!'\x93NUMPY\x01\x00'.startsWith(magic)) {
    throw fail('expected an .npy file of version 1.0');
  }
  const start = file.length >= magicLength ? magicLength + file.readUInt16LE(8) : Infinity;
  if (start > file.length) return undefined;
  const header = file.subarray(magicLength, start).toString('latin1');
  const descr = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const tuple = /'shape': *\(((?:\d+, *)*\d*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined) {
    throw fail('expected a header with descr, fortran_order and shape');
  }
  const kind = Object.hasOwn(kinds, descr) ? kinds[descr] : undefined;
  if (!kind || order === 'True') {
    throw fail(
      `expected C-ordered |u1, <f4, <f8 or integers but it is ${cut(descr, 20)}, fortran_order ${order}`,
    );
  }
  const shape = (tuple.match(/\d+/g) ?? []).map(Number);
  return { shape, descr, start, length: start + product(shape) * kind.size };
}

/**
 * The array in the bytes of a file; `path` is for messages. Doubles are rounded to float32. Where nothing has to be converted, it
 * is a view of the bytes. Throws `INVALID_DATA` as `npyHeader`, and unless the file is as long as its header says.
 */
export function parseNpy(bytes: Uint8Array, path: string): NpyArray {
  const header = npyHeader(bytes, path);
  if (!header) throw failure(path, `cut short: ${bytes.length} bytes hold no header`);
  const { shape, descr, start, length } = header;
  if (length !== bytes.length) {
    const promised = `${formatSides(shape)} = ${length - start} bytes`;
    throw failure(path, `expected ${promised} but ${bytes.length - start} follow`);
  }
  const kind = kinds[descr] as Kind;
  const offset = bytes.byteOffset + start;
  // Files are padded so that values lie where they can be looked at, but need not be.
  const aligned = offset % kind.size === 0;
  const values = aligned
    ? (bytes.buffer as ArrayBuffer)
    : Uint8Array.from(bytes.subarray(start)).buffer;
  return { shape, data: kind.read(values, aligned ? offset : 0, product(shape)) };
}

/** Sides of an array as messages show them: a file may say that it has thousands. */
export function formatSides(shape: readonly number[]): string {
  const most = 8;
  const first = shape.slice(0, most).join('×');
  return shape.length > most ? `${first}×… (${shape.length} sides)` : first;
}

function failure(path: string, message: string): GanodeError {
  return new GanodeError('INVALID_DATA', `${path}: ${message}`, { details: { path } });
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

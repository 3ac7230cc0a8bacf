/** NumPy's array files, version 1.0. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */

/** A C-ordered array of the shape. The header is padded so that the data begins at a multiple of 64. */
export function npy(shape: readonly number[], data: Uint8Array | Float32Array): Uint8Array {
  const descr = data instanceof Uint8Array ? '|u1' : '<f4';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const magicLength = 10;
  const length = Math.ceil((magicLength + text.length + 1) / 64) * 64 - magicLength;
  const bytes = new Uint8Array(magicLength + length + data.byteLength);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 0xff, length >> 8]);
  bytes.set(Buffer.from(`${text.padEnd(length - 1)}\n`), magicLength);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), magicLength + length);
  return bytes;
}

// Changes of bytes, without knowing what they mean.

/** Numbers at which readers go wrong: at the ends of types, and near them. */
const edges = [
  ...[0, 1, 2, 7, 8, 9, 127, 128, 129, 255, 256, 257, 32767, 32768, 65535, 65536],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1],
];

/**
 * Bytes with one to `most` changes.
 *
 * @param {import('./random.mjs').Random} random
 * @param {Buffer} bytes
 * @param {string[]} trail Grows by a line a change.
 * @param {{ most?: number, other?: Buffer }} options `other`: bytes to splice with.
 */
export function mutateBytes(random, bytes, trail, { most = 4, other = bytes } = {}) {
  let result = Buffer.from(bytes);
  const times = random.few(most);
  for (let i = 0; i < times; i += 1) result = change(random, result, other, trail);
  return result;
}

/** Places at the beginning, where headers lie, are as likely as all others. */
function placeIn(random, length) {
  return random.chance(0.5) ? random.below(Math.min(length, 128)) : random.below(length);
}

function change(random, bytes, other, trail) {
  const at = placeIn(random, bytes.length);
  const length = random.few(16);
  const tell = (what) => trail.push(`byte ${at}: ${what}`);
  const splice = (removed, inserted) =>
    Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
  switch (random.below(10)) {
    case 0: {
      const bit = random.below(8);
      tell(`bit ${bit} flipped`);
      if (bytes.length > 0) bytes[at] ^= 1 << bit;
      return bytes;
    }
    case 1: {
      const value = random.below(256);
      tell(`set to ${value}`);
      if (bytes.length > 0) bytes[at] = value;
      return bytes;
    }
    case 2:
    case 3:
      return writeNumber(random, bytes, at, tell);
    case 4: {
      const value = random.below(256);
      tell(`${length} times ${value} inserted`);
      return splice(0, Buffer.alloc(length, value));
    }
    case 5:
      tell(`${length} bytes removed`);
      return splice(length, Buffer.alloc(0));
    case 6: {
      const from = placeIn(random, other.length);
      tell(`${length} bytes of ${from} inserted`);
      return splice(0, other.subarray(from, from + length));
    }
    case 7: {
      const from = placeIn(random, other.length);
      tell(`${length} bytes of ${from} written over`);
      return splice(length, other.subarray(from, from + length));
    }
    case 8:
      tell('cut');
      return bytes.subarray(0, at);
    default:
      tell(`what follows ${at} of another`);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(placeIn(random, other.length))]);
  }
}

function writeNumber(random, bytes, at, tell) {
  const size = random.pick([1, 2, 4, 8]);
  const value = BigInt.asUintN(64, BigInt(random.pick(edges)) * (random.chance(0.2) ? -1n : 1n));
  if (at + size > bytes.length) return bytes;
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(value);
  const part = number.subarray(0, size);
  if (random.chance(0.5)) part.reverse();
  tell(`${part.toString('hex')} written`);
  part.copy(bytes, at);
  return bytes;
}

// safetensors files as bytes, header and tensors, with ganode's checksum.
import { crc32 } from 'node:zlib';

const key = '"ganode.checksum":"';
const digits = 8;

/** The header, as an object, and what follows it. */
export function split(bytes) {
  const length = Number(bytes.readBigUInt64LE());
  return {
    header: JSON.parse(bytes.subarray(8, 8 + length).toString()),
    data: bytes.subarray(8 + length),
  };
}

/** A file of the text of a header and the data. */
export function join(header, data) {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** Puts the checksum right, where there is one, so that what lies behind that check is reached. */
export function repair(bytes) {
  const at = bytes.indexOf(key);
  if (at < 0 || at + key.length + digits > bytes.length) return bytes;
  const copy = Buffer.from(bytes);
  const place = at + key.length;
  copy.fill('0', place, place + digits);
  copy.write(crc32(copy).toString(16).padStart(digits, '0'), place);
  return copy;
}

/** Zips, made byte by byte: good ones and ones that no archiver would make. */
import { crc32, deflateRawSync } from 'node:zlib';

export function zip(entries) {
  const files = [];
  const directory = [];
  let offset = 0;
  for (const { name, data, deflated, encrypted, declaredSize, method, checksum } of entries) {
    const bytes = Buffer.from(name);
    const plain = deflated ? deflateRawSync(data) : Buffer.from(data);
    // A header of 12 bytes goes before what is encrypted.
    const content = encrypted ? Buffer.concat([Buffer.alloc(12), plain]) : plain;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE((encrypted ? 1 : 0) | 0x800, 2);
    common.writeUInt16LE(method ?? (deflated ? 8 : 0), 4);
    common.writeUInt32LE(checksum ?? crc32(data), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(declaredSize ?? data.length, 18);
    common.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, bytes, content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, place, bytes]),
    );
    files.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(18);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, ...directory, Buffer.from('PK\x05\x06'), end]);
}

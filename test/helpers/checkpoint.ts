/** Checkpoints that say other things than ganode would write. */
import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

export interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface Parts {
  /** `__metadata__`. */
  metadata: Record<string, string>;
  tensors: Record<string, Tensor>;
  /** What follows the header. */
  data: Buffer;
}

/** Writes `to` as `from` with `edit` applied. Its checksum is right, where the metadata still has one. */
export async function rewrite(
  from: string,
  to: string,
  edit: (parts: Parts) => void,
): Promise<string> {
  const file = await readFile(from);
  const length = Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(
    file.subarray(8, 8 + length).toString('utf8'),
  );
  const parts: Parts = { metadata, tensors, data: Buffer.from(file.subarray(8 + length)) };
  edit(parts);
  await writeFile(to, bytesOf(parts));
  return to;
}

/** Changes the recipe in the metadata. */
export function editRecipe(parts: Parts, edit: (recipe: Record<string, unknown>) => void): void {
  const recipe = JSON.parse(parts.metadata['ganode.recipe'] as string);
  edit(recipe);
  parts.metadata['ganode.recipe'] = JSON.stringify(recipe);
}

/** JSON of so many arrays in each other. */
export function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function bytesOf({ metadata, tensors, data }: Parts): Buffer {
  const summed = 'ganode.checksum' in metadata;
  const zeros = summed ? { ...metadata, 'ganode.checksum': '00000000' } : metadata;
  const header = Buffer.from(JSON.stringify({ __metadata__: zeros, ...tensors }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  if (!summed) return Buffer.concat([length, header, data]);
  const sum = crc32(Buffer.concat([length, header, data]));
  const digits = sum.toString(16).padStart(8, '0');
  const text = header
    .toString('utf8')
    .replace('"ganode.checksum":"00000000"', () => `"ganode.checksum":"${digits}"`);
  return Buffer.concat([length, Buffer.from(text), data]);
}

/** Checkpoints that say other things than ganode would write. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, repair, split } from './safetensors.mjs';

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
  const { header, data } = split(await readFile(from));
  const { __metadata__: metadata, ...tensors } = header;
  const parts = { metadata, tensors, data: Buffer.from(data) } as Parts;
  edit(parts);
  const text = JSON.stringify({ __metadata__: parts.metadata, ...parts.tensors });
  await writeFile(to, repair(join(text, parts.data)));
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

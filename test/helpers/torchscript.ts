/** Small TorchScript files, which the fixture has in base64 (scripts/reference/torchscript.py). */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fixture = new URL('../reference/fixtures/torchscript.json', import.meta.url);

/** Writes `pooled.pt` and `inception-like.pt` into a folder. */
export async function writeTorchScripts(dir: string): Promise<void> {
  const { files } = JSON.parse(readFileSync(fixture, 'utf8')) as { files: Record<string, string> };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(dir, name), Buffer.from(text, 'base64'));
  }
}

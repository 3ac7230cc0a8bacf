/** What the addon reads later lives until then, though nobody else holds it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { dense, graph, input } from '../../../lib/graph/index.js';
import type { NativeNetwork } from '../../../lib/native.js';
import { network } from '../../helpers/network.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const spec = graph({ image: dense(input('z', { shape: [6] }), { units: 4 }) });
// An array of this length is so large that its memory goes back to the system when it is freed.
const length = 6 * 2 ** 20;

/** Queues the latents, which only the request holds. */
function queue(made: NativeNetwork): Promise<Float32Array> {
  const latents = new Float32Array(length).fill(3);
  return made.drawLatents({ latents } as unknown as { count: number });
}

it('latents that are given, while other work is done first', async () => {
  const made = await network(spec);
  const before = made.sample({ count: 500_000 });
  const drawn = queue(made);
  collect();
  collect();
  const latents = await drawn;
  expect(latents).toHaveLength(length);
  expect(latents.every((value) => value === 3)).toBe(true);
  await before;
});

/** Whether a training can fit in memory at all. */
import { settled } from '../device.js';
import { GanodeError } from '../errors.js';
import { inspectGraph } from '../graph/inspect.js';
import { inBytes, memoryThere } from '../memory.js';
import type { TimelineStage } from '../native.js';
import type { Recipe } from '../recipes/schema.js';
import { inspectTraining } from '../recipes/written-down.js';
import { Timeline } from './timeline.js';

const bytesOfFloat = 4;

/**
 * Refuses a training that plainly cannot fit in memory, before the system grants what it does not have and ends the process. What
 * is counted is less than what a step takes: the weights of all networks and their gradients, and the largest layer of one of
 * them, or value of the recipe's own procedure, for one batch, with its gradient.
 *
 * @throws GanodeError `MEMORY`. Never for another device than the processor, whose memory is not known here.
 */
export function requireStepMemory(recipe: Recipe): void {
  if (settled(recipe.device) !== 'cpu') return;
  const { batch } = new Timeline(recipe).stages.at(-1) as TimelineStage;
  const graphs = Object.values(recipe.models).filter((graph) => graph !== undefined);
  const reports = graphs.map((graph) => inspectGraph(graph));
  const weights = reports.reduce((sum, { parameters }) => sum + parameters, 0);
  const layers = reports.flatMap(({ nodes }) => nodes.map(({ shape }) => product(shape)));
  const layer = batch * layers.reduce((a, b) => Math.max(a, b), 0);
  const value = recipe.procedure === null ? 0 : inspectTraining(recipe).largestValue;
  const bytes = 2 * bytesOfFloat * (weights + Math.max(layer, value));
  if (bytes <= memoryThere()) return;
  const { channels, height, width } = recipe.image;
  throw new GanodeError(
    'MEMORY',
    `out of memory: a step of ${batch} images of ${channels}×${height}×${width} takes ${inBytes(bytes)} and more, and there are ${inBytes(memoryThere())}; a smaller batch (accumulation makes up for it) or narrower networks take less`,
    { details: { bytes, memory: memoryThere() } },
  );
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, side) => all * side, 1);
}

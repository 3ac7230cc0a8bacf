// Training in memory, of ganode and PyTorch, each in all the ways that the device has.
import { ganode, torch, torchVariants } from '../lib/contenders.mjs';
import { isGpu } from '../lib/device.mjs';
import { speed } from '../lib/measures.mjs';

const { usual, tricks, tricksBf16, compiled, reduceOverhead, graph, graphBf16 } = torchVariants;

/** What PyTorch has to record steps; on the CPU these say that they run on a GPU only. */
const recording = 'PyTorch, whole step in torch.cuda.graph';
const reduced = 'torch.compile, reduce-overhead';

/** Contenders by name, for `precision` 'fp32' or 'bf16'; `compile`: with torch.compile, whose start takes minutes. */
export function trainingContenders(work, precision, { compile = true } = {}) {
  const own = { precision };
  const { device } = work.recipe;
  const ours = isGpu(device)
    ? {
        [`ganode ${precision}, recorded`]: ganode(work, own),
        [`ganode ${precision}, eager`]: ganode(work, own, { record: false }),
      }
    : { [`ganode ${precision}`]: ganode(work, own) };
  if (precision === 'bf16') {
    return {
      ...ours,
      'PyTorch, same tricks, bf16': torch(work, tricksBf16),
      [`${recording}, bf16`]: torch(work, graphBf16),
    };
  }
  return {
    ...ours,
    'PyTorch, usual loop': torch(work, usual),
    'PyTorch, same tricks': torch(work, tricks),
    [recording]: torch(work, graph),
    ...(compile && {
      ...(!isGpu(device) && { 'torch.compile, usual loop': torch(work, compiled) }),
      [reduced]: torch(work, reduceOverhead),
    }),
  };
}

/** ganode's first contender of a precision against each of the others. */
export function againstEach(names) {
  const of = names.find((name) => name.startsWith('ganode'));
  return names.filter((name) => name !== of).map((against) => ({ of, against }));
}

/**
 * A work of training. `limits`: comparisons on the CPU, `{ of, against, atLeast? }`, where `atLeast` is for the usual batch; on a GPU
 * there are no limits yet, and ganode is compared with each contender.
 */
export function trainingWork(work, limits) {
  const fp32 = trainingContenders(work, 'fp32');
  const bf16 = trainingContenders(work, 'bf16');
  const { device, batch } = work.recipe;
  const onCpu = limits.map(({ atLeast, ...one }) => ({ ...one, ...(batch === 64 && { atLeast }) }));
  const onGpu = [fp32, bf16].flatMap((contenders) => againstEach(Object.keys(contenders)));
  return {
    measure: speed,
    contenders: () => ({ ...fp32, ...bf16 }),
    comparisons: isGpu(device) ? onGpu : onCpu,
  };
}

/** `ganode train --dry-run`. */
import { openDataset } from '../data/source.js';
import { GanodeError } from '../errors.js';
import { inspectGraph } from '../graph/inspect.js';
import type { GraphSpec } from '../graph/spec.js';
import { summary } from '../graph/summary.js';
import type { TimelineStage } from '../native.js';
import { networksIn } from '../recipes/autoencoding.js';
import { onOneLine } from '../text.js';
import { aboutTraining } from '../train/about.js';
import { readRunConfig } from '../train/run-config.js';
import { Schedule } from '../train/schedule.js';
import { Timeline } from '../train/timeline.js';
import { Trainer } from '../train/trainer.js';
import { aboutLines } from './about-text.js';
import { countingRule, multiplyAddsOfStep } from './cost.js';
import { print, tell } from './output.js';
import type { Training } from './training.js';

/**
 * Does all that training does before its first step, but for the run directory: opens the data, builds the networks on the device,
 * loads the checkpoint to resume from. Then prints the networks and the cost of a step.
 */
export async function dryRun({
  config,
  data,
  out,
  resume,
  changedData,
  transfer,
  json,
}: Training & { json: boolean }): Promise<void> {
  if (out && !resume) await refuseRun(out);
  const dataset = await openDataset(data.source, data.options);
  await using trainer = await Trainer.create({
    recipe: config,
    data: dataset,
    ...(resume && { resume, changedData }),
    ...(transfer && { transfer }),
  });
  const { recipe } = trainer;
  const { totalSteps } = new Schedule(recipe, dataset.length);
  const { stages } = new Timeline(recipe);
  const { batch, imagesPerStep } = stages.at(-1) as TimelineStage;
  const networks = networksIn(recipe).map((name) => ({
    name,
    graph: recipe.models[name] as GraphSpec,
  }));
  const forward = Object.fromEntries(
    networks.map(({ name, graph }) => [name, inspectGraph(graph).multiplyAdds]),
  );
  const multiplyAdds = multiplyAddsOfStep(forward, { ...recipe, batch });
  if (json) {
    const { name, length } = dataset;
    const report = { type: 'dryRun', step: trainer.step, totalSteps, imagesPerStep, multiplyAdds };
    print(`${JSON.stringify({ ...report, data: { name, length }, recipe })}\n`);
    return;
  }
  const lines = [
    ...aboutLines(aboutTraining(recipe, dataset)),
    ...(resume ? [`from ${onOneLine(resume)} at step ${trainer.step}`] : []),
    '',
    ...networks.flatMap(({ name, graph }) => [name, summary(graph), '']),
    `${totalSteps} steps of ${describeSteps(stages)}; ${(multiplyAdds / 1e9).toPrecision(3)} billion multiply-adds a step`,
    `(${countingRule})`,
  ];
  print(`${lines.join('\n')}\n`);
  for (const warning of dataset.warnings ?? []) {
    tell(`ganode: warning: ${onOneLine(warning)}\n`);
  }
}

/** `128 images, from step 1563 on 64`. */
function describeSteps(stages: readonly TimelineStage[]): string {
  const changes = stages.filter(
    ({ imagesPerStep }, i) => imagesPerStep !== stages[i - 1]?.imagesPerStep,
  );
  return changes
    .map(({ firstStep, imagesPerStep }, i) =>
      i === 0 ? `${imagesPerStep} images` : `from step ${firstStep + 1} on ${imagesPerStep}`,
    )
    .join(', ');
}

/** A new run would be refused there. */
async function refuseRun(out: string): Promise<void> {
  const isRun = await readRunConfig(out).then(
    () => true,
    () => false,
  );
  if (isRun) {
    const message = `${out} holds a run already; resume it, or name another folder`;
    throw new GanodeError('INVALID_OPTION', message);
  }
}

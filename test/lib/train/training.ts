/** Trains tiny networks, and looks at what came of it. */
import { join } from 'node:path';
import { native } from '../../../lib/native.js';
import { type Recipe, recipeSchema } from '../../../lib/recipes/schema.js';
import { nativeRecipe } from '../../../lib/recipes/written-down.js';
import type { TrainerOptions } from '../../../lib/train/assemble.js';
import type { TrainEvent } from '../../../lib/train/events.js';
import { Schedule } from '../../../lib/train/schedule.js';
import { Trainer } from '../../../lib/train/trainer.js';
import { tinyData, tinyRecipe } from '../../helpers/tiny.js';

export async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Trains to the end of the recipe's duration (20 steps where nothing else is said) and gives all events. */
export async function train(options: Partial<TrainerOptions>): Promise<TrainEvent[]> {
  await using trainer = await Trainer.create({
    recipe: tinyRecipe(),
    data: tinyData(),
    ...options,
  });
  return await collect(trainer.train());
}

/** Every tensor of a checkpoint, as hexadecimal bytes. */
export async function tensorsOf(path: string): Promise<Record<string, string>> {
  const report = await native().inspectCheckpoint(path);
  const session = await native().createSession(
    nativeRecipe(JSON.parse(report.metadata['ganode.recipe'] as string)),
  );
  await session.load(path);
  const tensors = await session.readTensors();
  await session.dispose();
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
    ]),
  );
}

/** The checkpoint of a step. */
export function at(dir: string, step: number): string {
  return join(dir, 'checkpoints', `step-${String(step).padStart(6, '0')}.safetensors`);
}

/** The tiny recipe, resolved. */
export function resolvedTiny(overrides: Record<string, unknown> = {}): Recipe {
  const image = { channels: 1, height: 8, width: 8 };
  return recipeSchema.parse({ version: 1, image, ...tinyRecipe(overrides) });
}

/** 20 steps of 8 images, 5 of them an epoch. */
export function tinySchedule(): Schedule {
  return new Schedule(resolvedTiny(), 40);
}

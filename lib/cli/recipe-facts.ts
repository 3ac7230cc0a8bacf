/** What `ganode recipes` tells of a recipe. */
import { performance } from 'node:perf_hooks';
import { inspectGraph } from '../graph/inspect.js';
import type { GraphSpec } from '../graph/spec.js';
import { native, type TimelineStage } from '../native.js';
import { batchesPerStep } from '../recipes/procedure.js';
import type { RecipeDefinition } from '../recipes/recipe.js';
import { type RecipeConfig, resolveRecipe } from '../recipes/resolve.js';
import type { ImageShape, Recipe } from '../recipes/schema.js';
import { nativeRecipe } from '../recipes/written-down.js';
import { Timeline } from '../train/timeline.js';
import { multiplyAddsOfStep } from './cost.js';

/** The data that the facts are told for. */
export interface Subject {
  image: ImageShape;
  classes: number;
}

export interface RecipeFacts {
  name: string;
  title: string;
  paper: string;
  data: { kind: string; shapes: string };
  /** What its networks were built for. */
  image: ImageShape;
  classes: number;
  /** Trainable scalars and multiply-adds of a forward pass of one item, by network. */
  networks: Record<string, { parameters: number; multiplyAdds: number }>;
  step: {
    /** Real items. */
    images: number;
    multiplyAdds: number;
    /** On this machine, where it was measured. */
    seconds?: number;
  };
  /** Every setting, as `--set` takes it, and its value. */
  settings: Record<string, unknown>;
}

/** Of labelled data where the recipe needs labels. */
const classesOfExample = 10;

/**
 * Builds a recipe for its example, or for `subject`.
 *
 * @throws GanodeError `INVALID_OPTION` as `resolveRecipe`.
 */
export function resolveFor(
  definition: RecipeDefinition,
  subject: Partial<Subject> = {},
  config: RecipeConfig = {},
): Recipe {
  const example = definition.data.example ?? { channels: 1, height: 28, width: 28 };
  const image = { ...example, ...subject.image };
  const classes = subject.classes ?? (definition.conditional ? classesOfExample : 0);
  return resolveRecipe(
    { ...config, recipe: definition.name, ...(classes > 0 && { classes }) },
    { image, ...(classes > 0 && { classes }) },
  );
}

export function factsOf(
  { name, title, paper, data }: RecipeDefinition,
  recipe: Recipe,
): RecipeFacts {
  const networks = Object.fromEntries(
    Object.entries(recipe.models).map(([network, graph]) => {
      const { parameters, multiplyAdds } = inspectGraph(graph as GraphSpec);
      return [network, { parameters, multiplyAdds }] as const;
    }),
  );
  const forward = Object.fromEntries(
    Object.entries(networks).map(([network, { multiplyAdds }]) => [network, multiplyAdds]),
  );
  const { image, classes } = recipe;
  const grown = fullyGrown(recipe);
  return {
    name,
    title,
    paper,
    data: { kind: data.kind, shapes: data.shapes },
    image,
    classes,
    networks,
    step: {
      images: grown.batch * batchesPerStep(grown),
      multiplyAdds: multiplyAddsOfStep(forward, grown),
    },
    settings: settingsOf(recipe),
  };
}

/** The same training where networks that grow are at their full size. */
function fullyGrown(recipe: Recipe): Recipe {
  const { batch } = new Timeline(recipe).stages.at(-1) as TimelineStage;
  return { ...recipe, batch, growing: null };
}

/** What is no setting: it follows from the data, from others, or says who made it. */
const derived = new Set(['version', 'recipe', 'image', 'models', 'latentSize', 'procedure']);

/** The settings by path; lists and schedules are values. */
export function settingsOf(recipe: Recipe): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const walk = (value: unknown, path: string): void => {
    const isGroup =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !('schedule' in value);
    if (!isGroup) found[path] = value;
    else for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  for (const [key, value] of Object.entries(recipe)) if (!derived.has(key)) walk(value, key);
  return found;
}

/** Steps that are timed, after one that is not; fewer where they take longer than this. */
const timedSteps = 5;
const enoughSeconds = 3;

/**
 * Seconds of a training step on this machine: the median of a few, on random pixels.
 *
 * @throws whatever a session of the recipe throws.
 */
export async function measureStep(given: Recipe): Promise<number> {
  const recipe = fullyGrown(given);
  const { batch, classes } = recipe;
  const { channels, height, width } = recipe.image;
  const items = batch * batchesPerStep(recipe);
  const images = Uint8Array.from(
    { length: items * channels * height * width },
    (_, i) => (i * 7919) % 256,
  );
  const labels = Int32Array.from({ length: items }, (_, i) => i % Math.max(1, classes));
  const session = await native().createSession(nativeRecipe(recipe));
  try {
    const times: number[] = [];
    const begun = performance.now();
    for (let step = 0; step <= timedSteps; step += 1) {
      const { busySeconds } = await session.run({
        steps: 1,
        images,
        ...(classes > 0 && { labels }),
      });
      if (step > 0) times.push(busySeconds);
      if (step > 0 && performance.now() - begun > 1000 * enoughSeconds) break;
    }
    times.sort((a, b) => a - b);
    return times[Math.floor(times.length / 2)] as number;
  } finally {
    await session.dispose();
  }
}

import type { z } from 'zod';
import type { GraphSpec } from '../graph/spec.js';
import type { ImageShape, RecipeInput } from './schema.js';

/** Builds one network for images of a shape (0 classes: without labels); throws `INVALID_OPTION` for a shape that it cannot take. */
type Builder<Options> = (image: ImageShape, options: Options, classes: number) => GraphSpec;

/** The data that a recipe is for. */
export interface DataFacts {
  kind: 'images' | 'sequences';
  /** Shapes that its networks can be built for, in words. */
  shapes: string;
  /** The shape that its size and cost are told for. Default 1×28×28. */
  example?: ImageShape;
}

/** How a paper's model is made: its networks, and the settings that they were trained with. */
export interface RecipeDefinition<Options extends z.ZodType = z.ZodType> {
  /** As `--recipe` takes it. */
  name: string;
  title: string;
  /** Authors, title, year. */
  paper: string;
  /** What it is for, as `ganode recipes` tells. */
  data: DataFacts;
  /** Options of the networks (`--set model.width=32`), with their defaults. */
  model: Options;
  /** Needs labels: without `classes` in the config, it takes as many as the data has. */
  conditional?: boolean;
  generator: Builder<z.infer<Options>>;
  /** Its image has the channels of all images that D sees at once: `packing` times the data's. */
  discriminator?: Builder<z.infer<Options>>;
  encoder?: Builder<z.infer<Options>>;
  /** Everything else. */
  defaults: Defaults;
  /** What there is beside `defaults` for images of a shape, merged over them; takes any shape. */
  defaultsFor?(image: ImageShape): Partial<Defaults>;
}

type Defaults = Omit<
  RecipeInput,
  'version' | 'recipe' | 'image' | 'models' | 'model' | 'classes' | 'latentSize'
>;

/** Keeps the type of the options. */
export function defineRecipe<Options extends z.ZodType>(
  definition: RecipeDefinition<Options>,
): RecipeDefinition<Options> {
  return definition;
}

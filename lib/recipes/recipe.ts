import type { z } from 'zod';
import type { GraphSpec } from '../graph/spec.js';
import type { ImageShape, RecipeInput } from './schema.js';

/** Networks of a recipe. */
export interface Models {
  generator: GraphSpec;
  discriminator: GraphSpec;
}

/** How a paper's GAN is made: its networks, and the settings that they were trained with. */
export interface RecipeDefinition<Options extends z.ZodType = z.ZodType> {
  /** As `--recipe` takes it. */
  name: string;
  title: string;
  /** Authors, title, year. */
  paper: string;
  /** Options of the networks (`--set model.width=32`), with their defaults. */
  model: Options;
  /** Builds the networks for images of a shape; throws `INVALID_OPTION` for a shape that it cannot make. */
  build(image: ImageShape, options: z.infer<Options>, classes: number): Models;
  /** Everything else. */
  defaults: Omit<
    RecipeInput,
    'version' | 'recipe' | 'image' | 'models' | 'model' | 'classes' | 'latentSize'
  >;
}

/** Keeps the type of the options. */
export function defineRecipe<Options extends z.ZodType>(
  definition: RecipeDefinition<Options>,
): RecipeDefinition<Options> {
  return definition;
}

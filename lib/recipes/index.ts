export type { RecipeDefinition } from './recipe.js';
export { findRecipe, recipes } from './registry.js';
export { defaultRecipe, type RecipeConfig, resolveRecipe } from './resolve.js';
export type { ImageShape, OptimizerOptions, Recipe } from './schema.js';
export { recipeSchema } from './schema.js';
export { applySettings } from './settings.js';

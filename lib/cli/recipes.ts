import type { Command } from 'commander';
import { recipes } from '../recipes/registry.js';

export function addRecipes(program: Command): void {
  program
    .command('recipes')
    .description('list the recipes')
    .action(() => {
      for (const { name, paper } of recipes) process.stdout.write(`${name.padEnd(16)}${paper}\n`);
    });
}

/** What is said of an option that a command does not have. */
import type { Command } from 'commander';
import { nearest } from '../nearest.js';
import { recipeSchema } from '../recipes/schema.js';
import { synonymOf } from '../synonyms.js';

/** What takes more than a name to say. Each needs an option that the command has. */
const advice: readonly { words: RegExp; option: string; text: string }[] = [
  {
    words: /^(num|n|max|total)?-?(steps|iterations|iters?)$/,
    option: '--images',
    text: '--images (steps × batch) or --epochs',
  },
  {
    words: /^(out|output|outdir|out-dir|output-dir|o|file|save)$/,
    option: '--npy',
    text: '--grid FILE.png or --npy FILE',
  },
];

/** `unknown option --batch-size: did you mean --batch?`; without a name that fits, where to find those that there are. */
export function unknownOption(given: string, command: Command): string {
  const flag = given.replace(/=.*/s, '');
  const word = flag.replace(/^-+/, '');
  const known = command.options.flatMap(({ long }) => long ?? []);
  const options = known.map((long) => long.replace(/^--/, ''));
  const meant = suggestion(word, known, options);
  return meant
    ? `unknown option ${flag}: did you mean ${meant}?`
    : `unknown option ${flag}; \`ganode ${command.name()} --help\` lists those that there are`;
}

function suggestion(
  word: string,
  known: readonly string[],
  options: readonly string[],
): string | undefined {
  const text = advice.find(({ words, option }) => words.test(word) && known.includes(option))?.text;
  if (text) return text;
  const synonym = synonymOf(word, options);
  if (synonym) return `--${synonym}`;
  return (
    (known.includes('--set') ? setting(word) : undefined) ?? withDashes(nearest(word, options))
  );
}

function withDashes(name: string | undefined): string | undefined {
  return name && `--${name}`;
}

/** A setting of the recipe that has no option of its own. */
function setting(word: string): string | undefined {
  const settings = Object.keys(recipeSchema.shape);
  const camel = word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const path = synonymOf(word, settings) ?? settings.find((name) => name === camel);
  if (path === undefined) return undefined;
  const both = path.startsWith('optimizers.generator.') ? ', the same for the discriminator' : '';
  return `--set ${path}=…${both}`;
}

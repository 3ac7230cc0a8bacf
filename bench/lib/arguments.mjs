// The command line of the bench.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]
  --only WORKS    these only: names with commas between
  --rounds N      how often each contender has its turn (5)
  --turn SECONDS  how long a turn is, about (2)
  --steps N       steps a turn, in place of --turn
  --threads N     threads of each contender (all cores)
  --json FILE     writes the rows as data
  --list          says what works there are`;

const options = {
  only: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  turn: { type: 'string', default: '2' },
  steps: { type: 'string' },
  threads: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/**
 * @param known Names of the works there are.
 * @returns `only` as a list, numbers as numbers.
 * @throws Error of one line.
 */
export function parseArguments(args, known) {
  const { values } = parseArgs({ args, options });
  const only = values.only?.split(',') ?? [...known];
  const stranger = only.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new Error(`--only: expected some of ${known.join(', ')} but received "${stranger}"`);
  }
  return {
    ...values,
    only,
    rounds: whole('rounds', values.rounds),
    threads: whole('threads', values.threads),
    turn: positive('turn', values.turn),
    ...(values.steps !== undefined && { steps: whole('steps', values.steps) }),
  };
}

function whole(name, text) {
  const value = positive(name, text);
  if (!Number.isInteger(value)) throw expected(name, 'a whole number from 1', text);
  return value;
}

function positive(name, text) {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw expected(name, 'a number above 0', text);
  return value;
}

function expected(name, what, text) {
  return new Error(`--${name}: expected ${what} but received "${text}"`);
}

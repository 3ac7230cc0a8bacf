// The command line of the bench.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { deviceForms, isDeviceName, settled } from '../../dist/device.js';
import { isGpu } from './device.mjs';

export const usage = `npm run bench -- [options]
  --only WORKS    these only: names with commas between
  --device NAME   cpu (default), cuda or cuda:1: where all contenders run
  --batch N       images of a batch, for works of training (64); several with commas between
  --rounds N      how often each contender has its turn (5)
  --turn SECONDS  how long a turn is, about (2)
  --steps N       steps a turn, in place of --turn
  --threads N     threads of each contender (all cores)
  --json FILE     writes the rows as data
  --list          says what works there are`;

const options = {
  only: { type: 'string' },
  device: { type: 'string', default: 'cpu' },
  batch: { type: 'string' },
  rounds: { type: 'string', default: '5' },
  turn: { type: 'string', default: '2' },
  steps: { type: 'string' },
  threads: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/**
 * @param works Those there are, by name: `places`: takes a device and a batch; `named`: is left out where nobody names it.
 * @returns `only` and `batches` as lists, numbers as numbers.
 * @throws Error of one line.
 */
export function parseArguments(args, works) {
  const { values } = parseArgs({ args, options });
  if (!isDeviceName(values.device)) throw expected('device', deviceForms, values.device);
  const device = settled(values.device);
  const placed = isGpu(device) || values.batch !== undefined;
  return {
    ...values,
    device,
    only: chosen(values.only, works, placed),
    batches: (values.batch?.split(',') ?? ['64']).map((text) => whole('batch', text)),
    rounds: whole('rounds', values.rounds),
    threads: whole('threads', values.threads),
    turn: positive('turn', values.turn),
    ...(values.steps !== undefined && { steps: whole('steps', values.steps) }),
  };
}

/** `placed`: works that take a device and a batch are wanted, and no others do. */
function chosen(only, works, placed) {
  const names = Object.keys(works);
  const able = placed ? names.filter((name) => works[name].places) : names;
  if (only === undefined) return placed ? able : able.filter((name) => !works[name].named);
  const wanted = only.split(',');
  for (const list of [names, able]) {
    const stranger = wanted.find((name) => !list.includes(name));
    if (stranger === undefined) continue;
    const some = list === names ? 'some of' : 'with --batch or on a GPU some of';
    throw expected('only', `${some} ${list.join(', ')}`, stranger);
  }
  return wanted;
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

// What is measured of a contender: how a value comes of its process, turn by turn.
import { Peer } from './peer.mjs';

/** Starts a contender's process and hands it the setting; refuses networks of another size than ganode's. */
async function start({ launch, config, env: own }, { threads }) {
  const { env, ...command } = await launch();
  const peer = new Peer({ ...command, env: { OMP_NUM_THREADS: String(threads), ...env, ...own } });
  return orStop(peer, async () => {
    const hello = await peer.ask(JSON.stringify({ ...config, threads }));
    for (const [network, expected] of Object.entries(config.parameters)) {
      const got = hello.parameters[network];
      if (got === expected) continue;
      throw new Error(`${network} of ${got} parameters where ganode's has ${expected}`);
    }
    return { peer, hello };
  });
}

/** What fails on the way ends the peer. */
async function orStop(peer, work) {
  try {
    return await work();
  } catch (error) {
    await peer.stop();
    throw error;
  }
}

/** Most steps of a turn: their data is held in memory. */
const mostSteps = 400;

/**
 * A process that stays over all rounds. A turn is as many steps as take `turn` seconds; `value` makes a number of an answer
 * `{ seconds, steps, images }` (and `wall`, where `seconds` is not what the turn took).
 */
function steady(unit, value) {
  const open = async (contender, options) => {
    const { peer, hello } = await start(contender, options);
    const run = (steps) => peer.ask(`run ${steps}`);
    const steps = await orStop(peer, () => stepsOfTurn(run, contender, options));
    return {
      hello: () => hello,
      next: async () => (contender.value ?? value)(await run(steps), contender),
      close: () => peer.stop(),
    };
  };
  return { unit, open };
}

async function stepsOfTurn(run, { once, config }, { steps, turn }) {
  if (once) return 1;
  await run(1); // what is done once: compiling, first touches of memory
  if (steps) return steps;
  const { seconds, wall = seconds, steps: done } = await run(2);
  const wanted = Math.min(mostSteps, Math.max(1, Math.round((turn * done) / wall)));
  // Whole periods, so that each turn has as many of the steps that do more.
  return Math.ceil(wanted / config.period) * config.period;
}

/** A process anew each turn; with `warm`, one more before the first, since files come from disk then. */
function fresh(unit, measure, { warm = false } = {}) {
  const open = async (contender, options) => {
    let hello;
    const next = async () => {
      const started = performance.now();
      const session = await start(contender, options);
      hello = session.hello;
      const value = await orStop(session.peer, () => measure(session.peer, started));
      await session.peer.stop();
      return value;
    };
    if (warm) await next();
    return { hello: () => hello, next, close: async () => undefined };
  };
  return { unit, open };
}

export const speed = steady('images/s', ({ images, seconds }) => images / seconds);

/** Multiply-adds a second that a step comes to; `multiplyAdds` of the contender: those of one image. */
export const rate = steady(
  'G multiply-adds/s',
  ({ images, seconds, multiplyAdds }, contender) =>
    (multiplyAdds ?? images * contender.multiplyAddsPerImage) / seconds / 1e9,
);

/** Share of an answer's field, in percent. */
export const share = steady('%');

/** From the start of the process to the end of its first step. */
export const startUp = fresh(
  's',
  async (peer, started) => {
    await peer.ask('run 1');
    return (performance.now() - started) / 1000;
  },
  { warm: true },
);

/** The most memory that a process had after so many steps. */
export function peakMemory(steps) {
  return fresh('MiB', async (peer) => {
    await peer.ask(`run ${steps}`);
    return (await peer.ask('memory')).bytes / 2 ** 20;
  });
}

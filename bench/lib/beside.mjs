// Other work on the machine, of the kinds that a desktop, a build server or a container has, while a contender has its turn.
import { spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';

/** A process that computes until it is stopped. */
function endless(niceness = 0) {
  const child = spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' });
  setPriority(child.pid, niceness);
  return () => stop(child);
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  return ended;
}

/** Processes that live for some 40 ms, one after another. */
function shortOnes() {
  let child;
  let stopped = false;
  const next = () => {
    if (stopped) return;
    child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    child.once('exit', next);
  };
  next();
  return () => {
    stopped = true;
    return stop(child);
  };
}

const most = 19;

/** What each kind starts; each gives back a function that ends it. */
const kinds = {
  nothing: () => [],
  /** One endless process for each core, of the same priority as the contender. */
  endless: () => Array.from({ length: availableParallelism() }, () => endless()),
  /** Short processes, one after another, and two that give way to all others (as builds in the background do). */
  short: () => [shortOnes(), endless(most), endless(most)],
};

/**
 * @param kind 'nothing', 'endless' or 'short'.
 * @returns what `work` gives, while the other work goes on.
 */
export async function beside(kind, work) {
  const ends = kinds[kind]();
  try {
    return await work();
  } finally {
    await Promise.all(ends.map((end) => end()));
  }
}

/** A measure that is taken beside the work that the contender's `beside` names. */
export function takenBeside(measure) {
  const open = (contender, options) =>
    beside(contender.beside, async () => {
      const opened = await measure.open(contender, options);
      return { ...opened, next: () => beside(contender.beside, opened.next) };
    });
  return { ...measure, open };
}

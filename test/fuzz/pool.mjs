// Children that try inputs, and what becomes of an input that ends one or does not end.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ownWorker = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** Inputs after which a child is replaced: what it has leaked by then would show. */
const inputsOfChild = 20_000;

/** An input may take so many times as long as it may compute. */
const waitingFactor = 5;

/** Seconds that a process has computed, as Linux tells them; elsewhere 0. */
function processorSeconds(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [user, system] = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  } catch {
    return 0;
  }
}

/** One child and its successors. */
export class Watched {
  /** @param {{ work: string, seeds: string, keep: string, seconds: number, worker?: string }} options `seconds`: that one input may compute. */
  constructor(options) {
    this.options = options;
    this.done = 0;
  }

  /** Tries a chunk to its end, whatever becomes of the child. */
  async run(chunk) {
    const skip = [];
    const lost = [];
    for (;;) {
      if (this.done >= inputsOfChild) await this.stop();
      this.child ??= await this.start();
      const result = await this.send({ ...chunk, skip });
      if (!result.ended) {
        this.done += result.tried;
        result.findings.push(...lost);
        result.tried += lost.length;
        return result;
      }
      this.child = undefined;
      const index = this.at();
      // A child that ends before its first input has none to blame.
      if (!(index >= chunk.from && index < chunk.to))
        throw new Error(`a child ended at once: ${result.ended}`);
      skip.push(index);
      lost.push({
        index,
        kind: `${result.ended}`,
        message: `the process ended: ${result.ended}`,
        isLost: true,
      });
    }
  }

  at() {
    return Number(readFileSync(join(this.options.work, 'progress'), 'latin1'));
  }

  start() {
    const { work, seeds, keep, worker = ownWorker } = this.options;
    const child = fork(worker, [work, seeds, keep], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    child.stderr.on('data', (text) => {
      this.lastWords = `${this.lastWords ?? ''}${text}`.slice(-2000);
    });
    this.done = 0;
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(child));
      child.once('exit', () => reject(new Error(`a child did not start: ${this.lastWords}`)));
    });
  }

  /** What the child says of a chunk; `ended` where it says nothing more. */
  send(chunk) {
    const { child } = this;
    const { seconds } = this.options;
    return new Promise((resolve) => {
      let before = Number.NaN;
      let began = { wall: 0, processor: 0 };
      let isStuck = false;
      const timer = setInterval(() => {
        const at = this.at();
        const now = { wall: performance.now() / 1000, processor: processorSeconds(child.pid) };
        if (at !== before) began = now;
        before = at;
        // Others may keep a busy machine for a while; whoever waits without end does not compute.
        const isBusy = now.processor - began.processor > seconds;
        if (!isBusy && now.wall - began.wall < waitingFactor * seconds) return;
        isStuck = true;
        child.kill('SIGKILL');
      }, 500);
      const settle = (result) => {
        clearInterval(timer);
        child.removeAllListeners('message');
        child.removeAllListeners('exit');
        resolve(result);
      };
      child.once('message', settle);
      child.once('exit', (code, signal) => {
        const how = signal ?? `exit ${code}`;
        const words = (this.lastWords ?? '').trim().split('\n').at(-1)?.slice(0, 200);
        settle({ ended: isStuck ? `no end within ${seconds} s` : `${how} ${words}`.trim() });
      });
      child.send(chunk);
    });
  }

  async stop() {
    const { child } = this;
    this.child = undefined;
    if (!child) return;
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

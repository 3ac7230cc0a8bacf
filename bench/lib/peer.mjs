// A contender's process. It lives over all rounds, so that start-up and compilation are paid once, and between its turns
// blocks on its input. A line of its input is answered by a line of JSON: first the config, then commands ("run 5").
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Characters of a peer's error output that are kept. */
const kept = 4000;

export class Peer {
  #child;
  #waiting = [];
  #stderr = '';
  #ended;

  /** @param launch `{ command, args, env? }`; `env` is put over this process's. */
  constructor({ command, args, env = {} }) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#child.stdin.on('error', () => undefined); // told by 'close'
    this.#child.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-kept);
    });
    // Libraries may print lines of their own.
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      if (line.startsWith('{"')) this.#waiting.shift()?.resolve(JSON.parse(line));
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error));
      this.#child.on('close', (code, signal) => resolve(this.#failure(code ?? signal)));
    });
    this.#ended.then((error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Rejects where the peer answers with an error, or has ended. */
  async ask(line) {
    const answer = await new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) this.#ended.then(reject);
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${line}\n`);
    });
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  /** Ends the input, on which the peer ends, and waits. */
  async stop() {
    this.#child.stdin.end();
    await this.#ended;
  }

  #failure(status) {
    const last = this.#stderr.trim().split('\n').at(-1);
    return new Error(`the process ended (${status})${last ? `: ${last}` : ''}`);
  }
}

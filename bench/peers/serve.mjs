// A peer in Node: lines of input, answered by lines of JSON. Ends with its input.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * @param open `async (config) => ({ hello, run(steps), close? })`; `hello` has `parameters` and `versions`, `run` gives
 *   `{ seconds, steps, images }`.
 */
export async function serve(open) {
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  let peer;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      if (!peer) {
        peer = await open(JSON.parse(line));
        answer(peer.hello);
        continue;
      }
      const [command, argument] = line.split(' ');
      answer(command === 'memory' ? { bytes: peakBytes() } : await peer.run(Number(argument)));
    } catch (error) {
      answer({ error: error.message.split('\n')[0] });
    }
  }
  await peer?.close?.();
}

/** The most memory that this process had. */
function peakBytes() {
  if (process.platform === 'linux') {
    // What getrusage tells may be the parent's, from before exec.
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(kibibytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** Bytes at random, by a linear congruential generator. */
export function noise(length) {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

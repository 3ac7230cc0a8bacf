/** The package's scripts as `ganode setup` uses them; they run before there is an addon, and in a clone before there is JavaScript. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SingleBar } from 'cli-progress';
import { packageDir } from '../package.js';
import { tell } from './output.js';

export interface Scripts {
  missingTools(): string[];
  givenLibtorch(dir: string, name: string): string;
  findLibtorch(options: FetchOptions & { log: Log; progress: Progress }): Promise<string>;
  buildNative(options: { libtorch: string; log: Log }): Promise<string>;
}

type Log = (line: string) => void;
type Progress = (received: number, total?: number) => void;

interface FetchOptions {
  variant: 'cpu' | 'cuda';
  version?: string | undefined;
  sha256?: string | undefined;
  /** Whether what lies in the cache will do; where it will not, it is fetched again. */
  accept?(): boolean;
}

export async function loadScripts(): Promise<Scripts> {
  const load = (name: string) => import(pathToFileURL(join(packageDir, 'scripts', name)).href);
  const [tools, libtorch, build] = await Promise.all(
    ['tools.mjs', 'libtorch.mjs', 'build-native.mjs'].map(load),
  );
  return { ...tools, ...libtorch, ...build };
}

export function log(line: string): void {
  tell(`${line}\n`);
}

/** Finds or fetches libtorch, with a bar on standard error. Resolves to its folder. */
export async function fetchLibtorch(scripts: Scripts, options: FetchOptions): Promise<string> {
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {megabytes} of {all} MB',
    stream: process.stderr,
    fps: 2,
    noTTYOutput: false,
  });
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  let started = false;
  try {
    return await scripts.findLibtorch({
      ...options,
      log(line) {
        if (started) bar.stop();
        started = false;
        log(line);
      },
      progress(received, total) {
        if (total === undefined) return;
        const payload = { megabytes: megabytes(received), all: megabytes(total) };
        if (!started) bar.start(total, received, payload);
        started = true;
        bar.update(received, payload);
      },
    });
  } finally {
    if (started) bar.stop();
  }
}

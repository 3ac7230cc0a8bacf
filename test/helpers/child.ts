/** Child processes: the built command line, and small programs against the built package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const cliPath = join(projectDir, 'dist', 'cli', 'main.js');

/** What is tested is dist/: it has to be built from what lies in lib/. */
function requireFresh(): void {
  const built = statSync(cliPath, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const lib = join(projectDir, 'lib');
  const newer = readdirSync(lib, { recursive: true, encoding: 'utf8' }).find(
    (name) => name.endsWith('.ts') && statSync(join(lib, name)).mtimeMs > built,
  );
  if (newer) throw new Error(`lib/${newer} is newer than dist: run npm run build`);
}
requireFresh();

/** No child may outlive its test for long. */
const limits = { timeout: 120_000, killSignal: 'SIGKILL' } as const;

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Starts Node; `finished` resolves when the process has ended and its output was read. */
export function start(
  args: string[],
  options: { env?: Record<string, string>; shell?: string; cwd?: string } = {},
): { child: ChildProcess; finished: Promise<Finished> } {
  const env = { ...process.env, ...options.env };
  const cwd = options.cwd ?? projectDir;
  const child = options.shell
    ? spawn('bash', ['-c', options.shell, 'bash', process.execPath, ...args], {
        cwd,
        env,
        ...limits,
      })
    : spawn(process.execPath, args, { cwd, env, ...limits });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, finished };
}

export function ganode(...args: string[]): Promise<Finished> {
  return start([cliPath, ...args]).finished;
}

/** The command line, from a folder. */
export function ganodeIn(cwd: string): (...args: string[]) => Promise<Finished> {
  return (...args) => start([cliPath, ...args], { cwd }).finished;
}

/** A module that imports `Trainer`, `Generator`, … and a tiny recipe, then runs `body`. */
export function program(body: string, ...flags: string[]): Promise<Finished> {
  const source = `
    import * as ganode from ${JSON.stringify(join(projectDir, 'dist', 'index.js'))};
    const { Trainer, ArrayDataset, graph: g } = ganode;
    const z = g.input('z', { shape: [6] });
    const image = g.reshape(g.tanh(g.dense(g.relu(g.dense(z, { units: 64 })), { units: 64 })), { shape: [1, 8, 8] });
    const x = g.flatten(g.input('image', { shape: [1, 8, 8] }));
    const optimizer = { kind: 'adam', learningRate: 1e-3 };
    const recipe = {
      recipe: 'tiny', latentSize: 6, batch: 8, threads: 1, loss: { kind: 'nonSaturating' },
      models: { generator: g.graph({ image }), discriminator: g.graph({ logits: g.dense(x, { units: 1 }) }) },
      optimizers: { generator: optimizer, discriminator: optimizer }, duration: { images: 8e6 },
    };
    const data = new ArrayDataset({ images: new Uint8Array(64 * 64).fill(7), shape: { channels: 1, height: 8, width: 8 } });
    ${body}`;
  const env = { GANODE_DIST: pathToFileURL(join(projectDir, 'dist', 'index.js')).href };
  return start([...flags, '--input-type=module', '--eval', source], { env }).finished;
}

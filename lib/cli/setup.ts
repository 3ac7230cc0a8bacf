import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { GanodeError } from '../errors.js';
import { packageDir } from '../package.js';
import { print, tell } from './output.js';

interface SetupFlags {
  libtorch?: string;
  cuda?: boolean;
  libtorchVersion?: string;
  sha256?: string;
}

/** What the scripts of the package export; they run before there is an addon, and in a clone before there is JavaScript. */
interface Scripts {
  missingTools(): string[];
  givenLibtorch(dir: string, name: string): string;
  findLibtorch(options: {
    variant: 'cpu' | 'cuda';
    version?: string;
    sha256?: string;
    log(line: string): void;
    progress(received: number, total?: number): void;
  }): Promise<string>;
  buildNative(options: { libtorch: string; log(line: string): void }): Promise<string>;
}

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('build the native addon from source, for a libtorch of your own or one with CUDA')
    .option('--libtorch <dir>', 'folder with libtorch (include/, lib/, share/)')
    .addOption(
      new Option('--cuda', 'fetch the CUDA build of libtorch (gigabytes)').conflicts('libtorch'),
    )
    .option('--libtorch-version <version>', 'version to fetch, such as 2.13.0')
    .option('--sha256 <hex>', 'checksum that the fetched archive must have')
    .action(setup);
}

async function setup(flags: SetupFlags): Promise<void> {
  const scripts = await loadScripts();
  const missing = scripts.missingTools();
  if (missing.length > 0) throw new GanodeError('ADDON', missing.join('; '));
  try {
    const libtorch =
      flags.libtorch === undefined
        ? await fetched(scripts, flags)
        : scripts.givenLibtorch(flags.libtorch, '--libtorch');
    const addon = await scripts.buildNative({ libtorch, log });
    print(`${addon} is built for ${libtorch}; \`ganode doctor\` tells whether it loads\n`);
  } catch (error) {
    if (error instanceof GanodeError) throw error;
    throw new GanodeError('ADDON', (error as Error).message, { cause: error });
  }
}

async function loadScripts(): Promise<Scripts> {
  const load = (name: string) => import(pathToFileURL(join(packageDir, 'scripts', name)).href);
  const [tools, libtorch, build] = await Promise.all(
    ['tools.mjs', 'libtorch.mjs', 'build-native.mjs'].map(load),
  );
  return { ...tools, ...libtorch, ...build };
}

async function fetched(scripts: Scripts, flags: SetupFlags): Promise<string> {
  const { cuda, libtorchVersion: version, sha256 } = flags;
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
      variant: cuda ? 'cuda' : 'cpu',
      ...(version !== undefined && { version }),
      ...(sha256 !== undefined && { sha256 }),
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

function log(line: string): void {
  tell(`${line}\n`);
}

import { type Command, Option } from 'commander';
import { chooseCuda, cudaDir, cudaProblem, leaveCuda } from '../addon/cuda.js';
import { prebuiltAddon } from '../addon/places.js';
import { GanodeError } from '../errors.js';
import { print } from './output.js';
import { fetchLibtorch, loadScripts, log } from './setup-scripts.js';

interface SetupFlags {
  libtorch?: string;
  cuda?: boolean;
  cpu?: boolean;
  fromSource?: boolean;
  libtorchVersion?: string;
  sha256?: string;
}

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description(
      'choose the libtorch of the prebuilt addon, CUDA build or CPU build, or build the addon from source',
    )
    .option('--libtorch <dir>', 'build for a libtorch of yours (include/, lib/, share/)')
    .addOption(
      new Option('--cuda', 'fetch the CUDA build of libtorch (gigabytes)').conflicts('libtorch'),
    )
    .addOption(
      new Option('--cpu', 'go back to the CPU build of libtorch').conflicts(['libtorch', 'cuda']),
    )
    .option('--from-source', 'build, where the prebuilt addon would do')
    .option('--libtorch-version <version>', 'version to fetch, such as 2.13.0')
    .option('--sha256 <hex>', 'checksum that the fetched archive must have')
    .action(async (flags: SetupFlags) => {
      try {
        await setup(flags);
      } catch (error) {
        if (error instanceof GanodeError) throw error;
        throw new GanodeError('ADDON', (error as Error).message, { cause: error });
      }
    });
}

async function setup(flags: SetupFlags): Promise<void> {
  const version = versionOfPrebuilt(flags);
  if (version === undefined) return build(flags);
  if (!flags.cuda) {
    leaveCuda(version);
    print(`the prebuilt addon uses the CPU build of libtorch ${version}\n`);
    return;
  }
  await fetchLibtorch(await loadScripts(), {
    variant: 'cuda',
    version,
    sha256: flags.sha256,
    accept: () => cudaProblem(version) === undefined,
  });
  chooseCuda(version);
  print(
    `the prebuilt addon uses the CUDA build of libtorch ${version} in ${cudaDir(version)}; ` +
      '`ganode doctor` tells whether a device answers, `ganode setup --cpu` goes back\n',
  );
}

/** Version of the libtorch to choose for the prebuilt addon; undefined where one has to be built. */
function versionOfPrebuilt(flags: SetupFlags): string | undefined {
  const { cuda, cpu, fromSource, libtorchVersion } = flags;
  if (fromSource || !(cuda || cpu)) return undefined;
  const version = prebuiltAddon()?.libtorch.version;
  return libtorchVersion === undefined || libtorchVersion === version ? version : undefined;
}

async function build(flags: SetupFlags): Promise<void> {
  const scripts = await loadScripts();
  const missing = scripts.missingTools();
  if (missing.length > 0) throw new GanodeError('ADDON', missing.join('; '));
  const { cuda, libtorchVersion: version, sha256 } = flags;
  const libtorch =
    flags.libtorch === undefined
      ? await fetchLibtorch(scripts, { variant: cuda ? 'cuda' : 'cpu', version, sha256 })
      : scripts.givenLibtorch(flags.libtorch, '--libtorch');
  const addon = await scripts.buildNative({ libtorch, log });
  print(`${addon} is built for ${libtorch}; \`ganode doctor\` tells whether it loads\n`);
}

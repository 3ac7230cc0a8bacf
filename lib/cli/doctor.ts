import type { Command } from 'commander';
import { addonPath } from '../addon/load.js';
import { type NativeInfo, native } from '../native.js';
import { engines, version } from '../package.js';
import { onOneLine } from '../text.js';
import { exitCodes } from './exit.js';
import { reasonOf } from './failure.js';
import { print } from './output.js';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('versions, where they come from, and what is wrong with them')
    .option('--json', 'as JSON')
    .action(doctor);
}

interface Health {
  ganode: string;
  node: string;
  sharp: { sharp: string; vips: string } | undefined;
  addonPath: string | undefined;
  addon: NativeInfo | undefined;
  /** What is wrong, one line each. */
  problems: string[];
}

async function doctor({ json }: { json?: boolean }): Promise<void> {
  const health = await examine();
  print(json ? `${JSON.stringify(health, null, 2)}\n` : text(health));
  if (health.problems.length > 0) process.exitCode = exitCodes.environment;
}

async function examine(): Promise<Health> {
  const problems: string[] = [];
  const attempt = async <T>(what: string, make: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await make();
    } catch (error) {
      problems.push(`${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const oldNode = nodeProblem(process.versions.node);
  if (oldNode) problems.push(oldNode);
  const sharp = await attempt('sharp', async () => {
    const { sharp = '', vips } = (await import('sharp')).default.versions;
    return { sharp, vips };
  });
  const addon = await attempt('addon', () => native().info());
  if (addon) problems.push(...disagreements(addon, version));
  return { ganode: version, node: process.version, sharp, addonPath: addonPath(), addon, problems };
}

/** What is wrong with a version of Node; undefined where it will do. */
export function nodeProblem(node: string): string | undefined {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [major = 0, minor = 0] = numbers(node);
  const [leastMajor = 0, leastMinor = 0] = numbers(engines.node);
  const isOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  return isOld ? `node: expected ${engines.node} but this is ${node}` : undefined;
}

/** Versions that have to agree, and do not. */
export function disagreements(
  addon: Pick<NativeInfo, 'ganode' | 'libtorchBuilt' | 'libtorchLoaded' | 'libtorchPath'>,
  version: string,
): string[] {
  const problems: string[] = [];
  if (addon.ganode !== version) {
    problems.push(
      `addon: was built from ganode ${addon.ganode}, this is ${version}: build it again (npm run setup)`,
    );
  }
  if (addon.libtorchBuilt !== addon.libtorchLoaded) {
    problems.push(
      `libtorch: the addon was built against ${addon.libtorchBuilt}, but ${addon.libtorchLoaded} is loaded from ${addon.libtorchPath}`,
    );
  }
  return problems;
}

/** How many threads there are by default, and why so many. `variable`: the environment's `OMP_NUM_THREADS`. */
export function threadsText(
  {
    threads,
    processors: { machine, allowed, quota },
    threadRuntime,
  }: Pick<NativeInfo, 'threads' | 'processors' | 'threadRuntime'>,
  variable?: string,
): string {
  const processors = `${machine} ${machine === 1 ? 'processor' : 'processors'}`;
  const reason = () => {
    if (variable) return 'as OMP_NUM_THREADS says';
    if (quota !== undefined && threads < allowed) {
      return `a control group gives this process the time of ${Number(quota.toFixed(2))} of ${processors}`;
    }
    if (allowed < machine) return `this process may run on ${allowed} of ${processors}`;
    return `the machine has ${processors}`;
  };
  return `${threads}: ${reason()}; run by ${threadRuntime}`;
}

/** Whether a GPU can be used, and whether steps are recorded there. */
export function cudaText({
  built,
  available,
  devices,
  whyNotRecorded,
}: NativeInfo['cuda']): string {
  if (!built) return 'not in this libtorch';
  if (!available) return 'built in, but no device answers';
  const recording = whyNotRecorded ? `not recorded: ${onOneLine(whyNotRecorded)}` : 'recorded';
  return `${devices} ${devices === 1 ? 'device' : 'devices'}; steps are ${recording}`;
}

function text({ addon, addonPath, sharp, problems }: Health): string {
  const rows: [string, string][] = [
    ['ganode', version],
    ['node', `${process.version}, Node-API ${process.versions['napi']}, ${process.execPath}`],
    ['platform', `${process.platform} ${process.arch}`],
  ];
  if (sharp) rows.push(['sharp', `${sharp.sharp}, libvips ${sharp.vips}`]);
  if (addon) {
    rows.push(
      ['addon', `${addon.ganode}, ${addon.compiler}, ${addonPath}`],
      [
        'libtorch',
        `${addon.libtorchLoaded} (built against ${addon.libtorchBuilt}), ${addon.libtorchPath}`,
      ],
      ['processor', `${addon.cpuCapability}, bfloat16 ${addon.bf16 ? 'yes' : 'no'}`],
      ['threads', threadsText(addon, process.env['OMP_NUM_THREADS'])],
      ['cuda', cudaText(addon.cuda)],
    );
  }
  const lines = rows.map(([name, value]) => `${name.padEnd(11)}${value}`);
  const verdict = problems.map((problem) => `PROBLEM    ${problem}`);
  return `${[...lines, ...(verdict.length > 0 ? verdict : ['all is well'])].join('\n')}\n`;
}

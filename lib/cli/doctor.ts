import type { Command } from 'commander';
import sharp from 'sharp';
import { addonPath } from '../addon.js';
import { GanodeError } from '../errors.js';
import { type NativeInfo, native } from '../native.js';
import { version } from '../version.js';
import { exitCodes } from './exit.js';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('versions, where they come from, and what is wrong with them')
    .option('--json', 'as JSON')
    .action(doctor);
}

function doctor({ json }: { json?: boolean }): void {
  const problems: string[] = [];
  const addon = tryNative(problems);
  if (addon) problems.push(...disagreements(addon));
  if (json) {
    const report = {
      ganode: version,
      node: process.versions,
      addonPath: addonPath(),
      addon,
      problems,
    };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    process.stdout.write(text(addon, problems));
  }
  if (problems.length > 0) process.exitCode = exitCodes.environment;
}

function tryNative(problems: string[]): NativeInfo | undefined {
  try {
    return native().info();
  } catch (error) {
    if (!(error instanceof GanodeError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

function disagreements(addon: NativeInfo): string[] {
  const problems: string[] = [];
  if (addon.ganode !== version) {
    problems.push(
      `the addon was built from ganode ${addon.ganode}, this is ${version}: build it again (npm run setup)`,
    );
  }
  if (addon.libtorchBuilt !== addon.libtorchLoaded) {
    problems.push(
      `the addon was built against libtorch ${addon.libtorchBuilt}, but ${addon.libtorchLoaded} is loaded from ${addon.libtorchPath}`,
    );
  }
  return problems;
}

function text(addon: NativeInfo | undefined, problems: string[]): string {
  const rows: [string, string][] = [
    ['ganode', version],
    ['node', `${process.version}, Node-API ${process.versions['napi']}, ${process.execPath}`],
    ['platform', `${process.platform} ${process.arch}`],
    ['sharp', `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`],
  ];
  if (addon) {
    const { cuda } = addon;
    rows.push(
      ['addon', `${addon.ganode}, ${addon.compiler}, ${addonPath()}`],
      [
        'libtorch',
        `${addon.libtorchLoaded} (built against ${addon.libtorchBuilt}), ${addon.libtorchPath}`,
      ],
      ['processor', `${addon.cpuCapability}, bfloat16 ${addon.bf16 ? 'yes' : 'no'}`],
      ['threads', String(addon.threads)],
      ['cuda', cuda.built ? `${cuda.devices} device(s)` : 'not in this libtorch'],
    );
  }
  const lines = rows.map(([name, value]) => `${name.padEnd(11)}${value}`);
  lines.push(
    ...(problems.length > 0 ? problems.map((problem) => `PROBLEM    ${problem}`) : ['all is well']),
  );
  return `${lines.join('\n')}\n`;
}

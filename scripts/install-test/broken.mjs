// An installation that is broken on purpose: one message, and the command in it mends it.
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from './project.mjs';
import { expectMatch, step } from './steps.mjs';

const runtime = '@ganode/libtorch-cpu-linux-x64';

/** The message of one line, twice since it is loaded twice. */
async function messageOf(project, env) {
  const { code, stdout, stderr } = await project.run('node load.mjs', env);
  const lines = stdout.trim().split('\n');
  if (code !== 0 || stderr !== '') throw new Error(`it ended with ${code}: ${stdout}${stderr}`);
  if (lines.length !== 2 || lines[0] !== lines[1])
    throw new Error(`expected one message:\n${stdout}`);
  return lines[0];
}

/** Breaks, looks at the message, runs the command that it names, and looks whether it works again. */
async function broken(project, name, breakIt, pattern) {
  await step(`broken: ${name}`, async () => {
    await breakIt(join(project.dir, 'node_modules', runtime));
    const message = await messageOf(project);
    expectMatch(
      message,
      /^GanodeError ADDON: The native addon could not be loaded\. Tried local build: /,
    );
    expectMatch(message, pattern);
    const [, command] = /To mend it: `(.*)`$/.exec(message) ?? [];
    if (!command) throw new Error(`no command mends it: ${message}`);
    await succeed(project, command);
    expectMatch(await messageOf(project), /^true$/);
    console.log(`        ${message.replaceAll(project.dir, '.')}`);
  });
}

/** A platform that is simulated. */
async function simulated(project, platform, pattern) {
  await step(`broken: GANODE_PLATFORM=${platform}`, async () => {
    const message = await messageOf(project, { GANODE_PLATFORM: platform });
    expectMatch(message, pattern);
    console.log(`        ${message.replaceAll(project.dir, '.')}`);
  });
}

/** In a project that npm installed. */
export async function breakInstallation(project) {
  await broken(
    project,
    "the platform's package is missing",
    (dir) => rmSync(join(dir, '..', 'linux-x64'), { recursive: true }),
    /package @ganode\/linux-x64: it is not installed\./,
  );
  await broken(
    project,
    'the runtime package is missing',
    (dir) => rmSync(dir, { recursive: true }),
    /its package @ganode\/libtorch-cpu-linux-x64 is missing\./,
  );
  await broken(
    project,
    'a runtime package of another version',
    (dir) => edit(join(dir, 'manifest.json'), '2.13.0', '2.12.1'),
    /it needs libtorch 2\.13\.0 \(cpu\), but \S+ has libtorch 2\.12\.1 \(cpu\)\./,
  );
  await broken(
    project,
    'a truncated library',
    (dir) => {
      const file = join(dir, 'lib', 'libtorch_cpu.so');
      truncateSync(file, statSync(file).size / 2);
    },
    /libtorch_cpu\.so is damaged: expected \d+ bytes but it has \d+\./,
  );
  await broken(
    project,
    'an addon of another version of ganode',
    (dir) => edit(join(dir, '..', 'linux-x64', 'manifest.json'), '"ganode": "', '"ganode": "9.'),
    /is of ganode 9\.\S+, this is /,
  );
  await simulated(
    project,
    'linux-x64-musl',
    /linux-x64 with musl \(Alpine's C library\) is not supported/,
  );
  await simulated(
    project,
    'linux-x64-glibc2.17',
    /it needs glibc \S+ or newer, this system has 2\.17\./,
  );
  await simulated(project, 'linux-ia32', /linux-ia32 is a 32-bit platform/);
  for (const platform of ['win32-x64', 'darwin-arm64', 'linux-arm64']) {
    await simulated(
      project,
      platform,
      new RegExp(`there is no prebuilt binary for ${platform}, only for`),
    );
  }
}

function edit(path, from, to) {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

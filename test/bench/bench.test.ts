/** The bench's own arithmetic, its command line, and how it meets a peer that fails. What it measures is tested nowhere. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { conv2d, dense, flatten, graph, input, leakyRelu } from '../../lib/graph/index.js';
import { temporaryDir } from '../helpers/tiny.js';

const load = (file: string) => import(new URL(`../../bench/lib/${file}.mjs`, import.meta.url).href);
const { compare, ratios, spread } = await load('statistics');
const { parseArguments } = await load('arguments');
const { stepMultiplyAdds, stepPasses } = await load('multiply-adds');
const { number } = await load('report');
const { Peer } = await load('peer');
const { leastMultiple, setting, without } = await load('networks');
const { parseGpu, requireBfloat16, requireDevice } = await load('device');
const { trainingContenders } = await load('../works/training');

const place = (device: string) => setting({ recipe: 'dcgan', batch: 4, device }, [1, 28, 28]);

it('takes the median of an odd and of an even number of values', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  expect(spread([4, 1, 10, 2])).toEqual({ median: 3, min: 1, max: 10 });
  expect(() => spread([])).toThrow('one value or more');
});

it('compares round by round, and a value measured once with every round', () => {
  expect(ratios([2, 9, 4], [1, 3, 4])).toEqual([2, 3, 1]);
  expect(ratios([2, 9, 4], [2])).toEqual([1, 4.5, 2]);
  expect(() => ratios([1, 2], [1, 2, 3])).toThrow('as many rounds');
});

it('holds the median against the limit', () => {
  const values: Record<string, number[]> = { ours: [2, 3, 4], theirs: [2, 2, 2], share: [0.5, 2] };
  const valuesOf = (name: string) => values[name];
  const faster = { of: 'ours', against: 'theirs' };
  expect(compare({ ...faster, atLeast: 1.5 }, valuesOf)).toMatchObject({
    median: 1.5,
    min: 1,
    max: 2,
    reached: true,
  });
  expect(compare({ ...faster, atLeast: 1.6 }, valuesOf).reached).toBe(false);
  expect(compare({ of: 'share', atMost: 1 }, valuesOf)).toMatchObject({
    median: 1.25,
    reached: false,
  });
  expect(compare(faster, valuesOf)).not.toHaveProperty('reached');
  expect(compare({ of: 'ours', against: 'nobody' }, valuesOf)).toBeUndefined();
});

it('reads its command line', () => {
  const works = { a: {}, b: { places: true }, c: { places: true, named: true } };
  expect(parseArguments([], works)).toMatchObject({
    only: ['a', 'b'],
    device: 'cpu',
    batches: [64],
    rounds: 5,
    turn: 2,
  });
  expect(parseArguments(['--only', 'c,a', '--rounds', '2', '--steps', '7'], works)).toMatchObject({
    only: ['c', 'a'],
    rounds: 2,
    steps: 7,
  });
  expect(() => parseArguments(['--only', 'd'], works)).toThrow('expected some of a, b, c but');
  expect(() => parseArguments(['--rounds', '0'], works)).toThrow('--rounds: expected');
  expect(() => parseArguments(['--threads', '1.5'], works)).toThrow('a whole number');
});

it('takes works that can be placed alone, where a GPU or a batch is asked for', () => {
  const works = { a: {}, b: { places: true }, c: { places: true, named: true } };
  expect(parseArguments(['--device', 'cuda:1', '--batch', '16,64,256'], works)).toMatchObject({
    only: ['b', 'c'],
    device: 'cuda:1',
    batches: [16, 64, 256],
  });
  for (const args of [
    ['--device', 'cuda'],
    ['--batch', '8'],
  ]) {
    expect(() => parseArguments(['--only', 'b,a', ...args], works)).toThrow(
      'with --batch or on a GPU some of b, c but received "a"',
    );
  }
  expect(() => parseArguments(['--batch', '8,x'], works)).toThrow('--batch: expected');
  expect(() => parseArguments(['--device', 'tpu'], works)).toThrow('--device: expected cpu, cuda');
});

it('asks the device whether it answers', async () => {
  await expect(requireDevice('cpu')).resolves.toBeUndefined();
  // No machine has a hundredth GPU, so this holds where a GPU answers, too.
  await expect(requireDevice('cuda:99')).rejects.toThrow(/^device 'cuda:99': [^\n]+$/);
});

it('reads what nvidia-smi tells of a GPU', () => {
  expect(parseGpu('NVIDIA H100 80GB HBM3, 580.95.05, 9.0\n')).toEqual({
    name: 'NVIDIA H100 80GB HBM3',
    driver: '580.95.05',
    capability: 9,
  });
});

it.skipIf(process.platform === 'win32')('asks the GPU in question for bfloat16', async () => {
  const dir = await temporaryDir();
  const program = `#!/bin/sh
case "$*" in
  *--id=3) echo 'Tesla T4, 535.1, 7.5' ;;
  *--id=4) echo 'NVIDIA A100-SXM4-40GB, 535.1, 8.0' ;;
  *) exit 6 ;;
esac
`;
  await writeFile(join(dir, 'nvidia-smi'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${dir}:${process.env['PATH']}`);
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '4,3');
  expect(() => requireBfloat16('cuda:1')).toThrow(/^Tesla T4 has no bfloat16 arithmetic$/);
  expect(() => requireBfloat16('cuda')).not.toThrow();
  // Nothing is known of it: it is tried.
  expect(() => requireBfloat16('cuda:5')).not.toThrow();
  vi.unstubAllEnvs();
});

it('runs every way to train, and says on a CPU which of them record on a GPU only', () => {
  const onCpu = trainingContenders(place('cpu'), 'fp32');
  for (const name of ['PyTorch, whole step in torch.cuda.graph', 'torch.compile, reduce-overhead'])
    expect(() => onCpu[name].launch()).toThrow('records on a GPU only');
  expect(Object.keys(onCpu)).toContain('torch.compile, usual loop');
  const onGpu = trainingContenders(place('cuda'), 'fp32');
  expect(Object.keys(onGpu)).toEqual([
    'ganode fp32, recorded',
    'ganode fp32, eager',
    'PyTorch, usual loop',
    'PyTorch, same tricks',
    'PyTorch, whole step in torch.cuda.graph',
    'torch.compile, reduce-overhead',
  ]);
  expect(onGpu['ganode fp32, recorded']).not.toHaveProperty('env');
  expect(onGpu['ganode fp32, eager'].env).toEqual({ GANODE_RECORD: '0' });
  for (const { config } of Object.values<{ config: { recipe: unknown } }>(onGpu))
    expect(config.recipe).toMatchObject({ device: 'cuda' });
});

it('turns take whole periods of penalties that are not due in every step', () => {
  expect(place('cpu').period).toBe(1);
  expect(setting({ recipe: 'stylegan2', batch: 4 }, [3, 16, 16]).period).toBe(16);
  expect([leastMultiple(4, 6), leastMultiple(1, 16), leastMultiple(16, 4)]).toEqual([12, 16, 16]);
});

it('counts what a step of two layers each multiplies', () => {
  const multiplyAdds = { generator: { a: 10, relu: 0, b: 100 }, discriminator: { c: 1, d: 1000 } };
  // G: a 1 + 1 + 0, b 3 times; D: c 3 + 2 + 1, d 3 + 2 + 3.
  expect(stepMultiplyAdds({ multiplyAdds })).toBe(20 + 300 + 6 + 8000);
  expect(stepPasses({ multiplyAdds }).map(({ node }: { node: string }) => node)).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

it('shows three digits that count', () => {
  expect([0.012345, 1.5, 45.678, 1234.5, 0].map(number)).toEqual([
    '0.0123',
    '1.50',
    '45.7',
    '1235',
    '0',
  ]);
});

it('takes an operator out of a chain', () => {
  const layers = (between: (x: ReturnType<typeof input>) => ReturnType<typeof input>) =>
    graph({
      logits: dense(
        flatten(between(conv2d(input('image', { shape: [1, 8, 8] }), { filters: 2, kernel: 3 }))),
        { units: 1 },
      ),
    });
  expect(without('leakyRelu', layers(leakyRelu))).toEqual(layers((x) => x));
});

const answering = `require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'fall') { console.error('out of luck'); process.exit(3); }
  console.log('by the way');
  console.log(JSON.stringify(line === 'refuse' ? { error: 'no such work' } : { echo: line }));
});`;
const start = () => new Peer({ command: process.execPath, args: ['-e', answering] });

it('asks a peer, past what it prints besides', async () => {
  const peer = start();
  await expect(peer.ask('run 1')).resolves.toEqual({ echo: 'run 1' });
  await expect(peer.ask('refuse')).rejects.toThrow('no such work');
  await peer.stop();
});

it('tells why a peer ended', async () => {
  const peer = start();
  await expect(peer.ask('fall')).rejects.toThrow('the process ended (3): out of luck');
  await expect(peer.ask('run 1')).rejects.toThrow('out of luck');
  await peer.stop();
  const nobody = new Peer({ command: 'no-such-command-anywhere', args: [] });
  await expect(nobody.ask('run 1')).rejects.toThrow('ENOENT');
});

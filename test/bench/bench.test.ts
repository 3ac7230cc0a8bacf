/** The bench's own arithmetic, its command line, and how it meets a peer that fails. What it measures is tested nowhere. */
import { expect, it } from 'vitest';
import { conv2d, dense, flatten, graph, input, leakyRelu } from '../../lib/graph/index.js';

const load = (file: string) => import(new URL(`../../bench/lib/${file}.mjs`, import.meta.url).href);
const { compare, ratios, spread } = await load('statistics');
const { parseArguments } = await load('arguments');
const { stepMultiplyAdds, stepPasses } = await load('multiply-adds');
const { number } = await load('report');
const { Peer } = await load('peer');
const { without } = await load('networks');

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
  const known = ['a', 'b', 'c'];
  expect(parseArguments([], known)).toMatchObject({ only: known, rounds: 5, turn: 2 });
  expect(parseArguments(['--only', 'c,a', '--rounds', '2', '--steps', '7'], known)).toMatchObject({
    only: ['c', 'a'],
    rounds: 2,
    steps: 7,
  });
  expect(() => parseArguments(['--only', 'd'], known)).toThrow('expected some of a, b, c');
  expect(() => parseArguments(['--rounds', '0'], known)).toThrow('--rounds: expected');
  expect(() => parseArguments(['--threads', '1.5'], known)).toThrow('a whole number');
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

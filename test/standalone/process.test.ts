/** Ways for a process to end while native threads are at work: clean exit codes, nothing on standard error. */
import { describe, expect, it } from 'vitest';
import { program } from '../helpers/child.js';

const train = 'for await (const event of trainer.train())';
const clean = { code: 0, signal: null, stderr: '' };

describe('a process ends cleanly', () => {
  it('when training is done', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      for await (const event of trainer.train({ images: 80 })) if (event.type === 'end') console.log(event.step);
      await trainer.dispose();`);
    expect(result).toMatchObject({ ...clean, stdout: '10\n' });
  });

  it('by process.exit in a callback, while training', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data, onEvent: (e) => e.type === 'progress' && process.exit(5) });
      ${train} {}`);
    expect(result).toMatchObject({ ...clean, code: 5 });
  });

  it('by process.exit from a timer, with runs queued and large steps', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe: { ...recipe, batch: 64, reportEvery: 1000 }, data });
      setTimeout(() => process.exit(0), 100);
      ${train} {}`);
    expect(result).toMatchObject(clean);
  });

  it('by an uncaught throw while training', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      setTimeout(() => { throw new Error('on purpose'); }, 50);
      ${train} {}`);
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.stderr).toMatch(/Error: on purpose/);
  });

  it('with two sessions at once', async () => {
    const result = await program(`
      const one = async (seed) => {
        const trainer = await Trainer.create({ recipe: { ...recipe, seed }, data });
        for await (const event of trainer.train({ images: 4000 })) {}
        await trainer.dispose();
        return trainer.step;
      };
      console.log((await Promise.all([one(1), one(2)])).join());`);
    expect(result).toMatchObject({ ...clean, stdout: '500,500\n' });
  });

  it('with a session dropped without dispose', async () => {
    const result = await program(
      `let trainer = await Trainer.create({ recipe, data });
       for await (const event of trainer.train({ images: 80 })) {}
       trainer = undefined;
       for (let i = 0; i < 5; i += 1) { globalThis.gc(); await new Promise((done) => setTimeout(done, 20)); }
       console.log('done');`,
      '--expose-gc',
    );
    expect(result).toMatchObject({ ...clean, stdout: 'done\n' });
  });

  it('with a session left alive, idle', async () => {
    const result = await program(`
      globalThis.trainer = await Trainer.create({ recipe, data });
      for await (const event of trainer.train({ images: 80 })) {}`);
    expect(result).toMatchObject(clean);
  });

  it('with dispose in the middle of a run: its promise rejects once', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      setTimeout(() => trainer.dispose(), 50);
      try { ${train} {} console.log('ended'); } catch (error) { console.log(error.code); }
      await trainer.dispose();`);
    expect(result).toMatchObject(clean);
    expect(['ended\n', 'DISPOSED\n']).toContain(result.stdout);
  });

  it('with the addon in two worker threads, one of them terminated at work', async () => {
    const worker = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { ArrayDataset, Trainer } = await import(workerData.url);
      const shape = { channels: 1, height: 8, width: 8 };
      const data = new ArrayDataset({ images: new Uint8Array(64 * 64).fill(7), shape });
      const trainer = await Trainer.create({ recipe: workerData.recipe, data });
      for await (const event of trainer.train({ images: workerData.images })) {
        if (event.type === 'progress') parentPort.postMessage('going');
      }
      await trainer.dispose();
      parentPort.postMessage(trainer.step);`;
    const result = await program(`
      import { Worker } from 'node:worker_threads';
      const start = (images) => new Worker(${JSON.stringify(worker)},
        { eval: true, workerData: { url: process.env.GANODE_DIST, recipe, images } });
      const first = start(4000);
      const second = start(8e6);
      const ended = new Promise((resolve) => first.once('exit', resolve));
      const step = await new Promise((resolve, reject) => {
        first.on('message', (message) => typeof message === 'number' && resolve(message));
        first.on('error', reject);
      });
      await new Promise((resolve) => second.once('message', resolve));
      await second.terminate();
      await ended;
      console.log(step);`);
    expect(result).toMatchObject({ ...clean, stdout: '500\n' });
  });
});

describe('memory', () => {
  it('does not grow over thousands of steps', async () => {
    const result = await program(
      `const trainer = await Trainer.create({ recipe: { ...recipe, reportEvery: 100 }, data });
       const rss = () => { globalThis.gc(); return process.memoryUsage().rss / 2 ** 20; };
       for await (const event of trainer.train({ images: 8 * 2000 })) {}
       const before = rss();
       for await (const event of trainer.train({ images: 8 * 12000 })) {}
       console.log(trainer.step, rss() - before < 20 ? 'level' : 'grown by ' + (rss() - before) + ' MiB');
       await trainer.dispose();`,
      '--expose-gc',
    );
    expect(result).toMatchObject({ ...clean, stdout: '12000 level\n' });
  });
});

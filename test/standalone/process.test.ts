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

  it.each([0, 1, 5, 20, 60])('by process.exit %i ms into creating a session', async (ms) => {
    const result = await program(`
      const dense = (x) => g.dense(x, { units: 2048, initializer: 'orthogonal' });
      const discriminator = g.graph({ logits: g.dense(dense(dense(x)), { units: 1 }) });
      const models = { ...recipe.models, discriminator };
      Trainer.create({ recipe: { ...recipe, models }, data }).then(() => console.log('created'));
      setTimeout(() => process.exit(3), ${ms});`);
    expect(result).toMatchObject({ ...clean, code: 3 });
  });

  it('by an uncaught throw while training, with nothing but its own trace', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      setTimeout(() => { throw new Error('on purpose'); }, 50);
      ${train} {}`);
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.stderr).toMatch(
      /^\S+:\d+\n.*\n *\^\n\nError: on purpose\n( +at .+\n)+\nNode\.js v.+\n$/,
    );
  });

  it('by a rejection that nobody handles, while another session trains', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      const other = await Trainer.create({ recipe, data });
      await other.dispose();
      setTimeout(() => other.sample(1), 50);
      ${train} {}`);
    expect(result).toMatchObject({ code: 1, signal: null });
    expect(result.stderr).toMatch(/GanodeError: .*\n[\s\S]*code: 'DISPOSED'[\s\S]*Node\.js v.+\n$/);
  });

  it('by SIGTERM, as any process', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
      ${train} {}`);
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  });

  it('with promises pending that nobody waits for: they settle first', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      for (let i = 0; i < 20; i += 1) trainer.sample(64).then(() => i === 19 && console.log('sampled'));`);
    expect(result).toMatchObject({ ...clean, stdout: 'sampled\n' });
  });

  it('by process.exit with promises pending', async () => {
    const result = await program(`
      const trainer = await Trainer.create({ recipe, data });
      for (let i = 0; i < 20; i += 1) trainer.sample(4096).then(() => i === 19 && console.log('sampled'));
      process.exit(4);`);
    expect(result).toMatchObject({ ...clean, code: 4, stdout: '' });
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

  it('with sessions dropped in the middle of a run', async () => {
    const result = await program(
      `const drop = async () => {
         const trainer = await Trainer.create({ recipe, data });
         const events = trainer.train();
         for (let i = 0; i < 3; i += 1) await events.next();
       };
       for (let i = 0; i < 5; i += 1) {
         await drop();
         globalThis.gc();
         await new Promise((done) => setTimeout(done, 10));
       }
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
});

describe('with the addon in two worker threads', () => {
  /** Trains `workerData.images`, and tells that it is going and how many steps it did. */
  const worker = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { ArrayDataset, Trainer } = await import(workerData.url);
    const shape = { channels: 1, height: 8, width: 8 };
    const data = new ArrayDataset({ images: new Uint8Array(64 * 64).fill(7), shape });
    const trainer = await Trainer.create({ recipe: workerData.recipe, data });
    for await (const event of trainer.train({ images: workerData.images })) {
      if (event.type !== 'progress') continue;
      parentPort.postMessage('going');
      if (workerData.ending === 'exit') process.exit(9);
      if (workerData.ending === 'throw') throw new Error('in the worker');
    }
    await trainer.dispose();
    parentPort.postMessage(trainer.step);`;
  const inWorkers = (body: string): ReturnType<typeof program> =>
    program(`
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const start = (images, ending) => new Worker(${JSON.stringify(worker)},
        { eval: true, workerData: { url: process.env.GANODE_DIST, recipe, images, ending } });
      const going = (worker) => once(worker, 'message');
      const steps = (worker) => new Promise((resolve, reject) => {
        worker.on('message', (message) => typeof message === 'number' && resolve(message));
        worker.on('error', reject);
      });
      ${body}`);

  it('that both train to the end', async () => {
    const result = await inWorkers(`
      const workers = [start(4000), start(3200)];
      const ended = workers.map((worker) => once(worker, 'exit'));
      console.log((await Promise.all(workers.map(steps))).join(), (await Promise.all(ended)).join());`);
    expect(result).toMatchObject({ ...clean, stdout: '500,400 0,0\n' });
  });

  it('while the main thread trains too', async () => {
    const result = await inWorkers(`
      const trainer = await Trainer.create({ recipe, data });
      const worker = steps(start(4000));
      for await (const event of trainer.train({ images: 4000 })) {}
      await trainer.dispose();
      console.log(trainer.step, await worker);`);
    expect(result).toMatchObject({ ...clean, stdout: '500 500\n' });
  });

  it('one of them terminated at work', async () => {
    const result = await inWorkers(`
      const [first, second] = [start(4000), start(8e6)];
      const step = steps(first);
      await going(second);
      await second.terminate();
      console.log(await step);`);
    expect(result).toMatchObject({ ...clean, stdout: '500\n' });
  });

  it.each([
    ['by process.exit', 'exit', "[ 'exit', 9 ]"],
    ['by a throw', 'throw', "[ 'error', 'in the worker' ]"],
  ])('one of them ended %s at work', async (_, ending, expected) => {
    const result = await inWorkers(`
      const [first, second] = [start(4000), start(8e6, '${ending}')];
      const step = steps(first);
      const end = await new Promise((resolve) => {
        second.on('error', (error) => resolve(['error', error.message]));
        second.on('exit', (code) => resolve(['exit', code]));
      });
      console.log(end, await step);`);
    expect(result).toMatchObject({ ...clean, stdout: `${expected} 500\n` });
  });

  it('when the process exits under them', async () => {
    const result = await inWorkers(`
      await Promise.all([start(8e6), start(8e6)].map(going));
      process.exit(6);`);
    expect(result).toMatchObject({ ...clean, code: 6 });
  });
});

// ganode as users train with it: `Trainer`, on a folder of images or on data in memory. A turn begins at its first report, since
// what comes before it, the first runs and the data for them, belongs to a start and not to a step.
import { readFileSync } from 'node:fs';
import { ArrayDataset, openDataset, Trainer } from '../../dist/index.js';
import { native } from '../../dist/native.js';
import { noise, serve } from './serve.mjs';

await serve(async ({ config, image, parameters, folder, streamed, threads }) => {
  const data = folder
    ? await openDataset(folder, streamed ? { memoryLimit: 0 } : {})
    : inMemory(image, 2048);
  const trainer = await Trainer.create({ recipe: { ...config, threads }, data });
  const { batch, reportEvery } = trainer.recipe;
  const { ganode, libtorchLoaded: libtorch } = native().info();
  return {
    hello: { parameters, batch, versions: { ganode, libtorch } },
    run: async (wanted) => {
      const first = trainer.step;
      const mark = first + reportEvery - (first % reportEvery);
      const end = Math.ceil((mark + wanted) / reportEvery) * reportEvery;
      const steps = end - mark;
      let began;
      let waitedSeconds = 0;
      for await (const event of trainer.train({ steps: end })) {
        if (event.type !== 'progress') continue;
        if (event.step === mark) began = clocks();
        else waitedSeconds += (event.waitedShare * reportEvery * batch) / event.imagesPerSecond;
      }
      const ended = clocks();
      const passed = Object.fromEntries(
        Object.entries(ended).map(([name, value]) => [name, value - began[name]]),
      );
      return { ...passed, waitedSeconds, steps, images: steps * batch };
    },
    close: () => trainer.dispose(),
  };
});

function inMemory(shape, count) {
  return new ArrayDataset({
    images: noise(count * shape.channels * shape.height * shape.width),
    shape,
  });
}

/** In seconds: the clock, the processor's time of the whole process, and that of JavaScript's thread (NaN where it cannot be told). */
function clocks() {
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1000,
    processSeconds: (user + system) / 1e6,
    mainThreadSeconds: mainThreadSeconds(),
  };
}

function mainThreadSeconds() {
  if (process.threadCpuUsage) {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1e6;
  }
  if (process.platform !== 'linux') return Number.NaN;
  const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(nanoseconds) / 1e9;
}

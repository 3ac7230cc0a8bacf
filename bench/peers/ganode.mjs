// ganode's native session on data in memory. The clock runs from the call to its answer, with all that JavaScript does.
import { native } from '../../dist/native.js';
import { resolveRecipe } from '../../dist/recipes/index.js';
import { noise, serve } from './serve.mjs';

await serve(async ({ config, image, parameters, mode, threads }) => {
  const recipe = resolveRecipe({ threads, ...config }, { image });
  const session = await native().createSession(JSON.stringify(recipe));
  const { batch, discriminatorSteps } = recipe;
  const { ganode, libtorchLoaded: libtorch } = native().info();
  const imagesPerStep = batch * (mode === 'train' ? discriminatorSteps : 1);
  const bytesPerStep = imagesPerStep * image.channels * image.height * image.width;
  let data = new Uint8Array(0);
  const work = {
    train: (steps) => session.run({ steps, images: data.subarray(0, steps * bytesPerStep) }),
    sample: (steps) => session.sample({ count: steps * batch, batch }),
  };
  return {
    hello: { parameters, batch: imagesPerStep, versions: { ganode, libtorch } },
    run: async (steps) => {
      if (mode === 'train' && data.length < steps * bytesPerStep) {
        data = noise(steps * bytesPerStep);
      }
      const started = performance.now();
      await work[mode](steps);
      const seconds = (performance.now() - started) / 1000;
      return { seconds, steps, images: steps * imagesPerStep };
    },
    close: () => session.dispose(),
  };
});

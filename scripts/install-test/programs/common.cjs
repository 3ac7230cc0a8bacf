// CommonJS: the same, and one identity of classes and addon where both ways are used.
const ganode = require('ganode');

async function main() {
  const trainer = await ganode.Trainer.create({
    recipe: { recipe: 'dcgan', batch: 16 },
    data: new ganode.ArrayDataset({
      images: new Uint8Array(64 * 28 * 28),
      shape: { channels: 1, height: 28, width: 28 },
    }),
  });
  for await (const event of trainer.train({ images: 32 })) {
    if (event.type === 'end') console.log(`step ${event.step}`);
  }
  console.log((await trainer.sample(2)).shape.join('×'));
  await trainer.dispose();
  const module = await import('ganode');
  console.log(Object.keys(module).every((name) => name === 'default' || name in ganode));
  const error = await ganode.Trainer.create({ recipe: 'none', data: 'mnist' }).catch((e) => e);
  console.log(error instanceof module.GanodeError, error.code);
}

main();

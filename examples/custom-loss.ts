import { procedure as p, Trainer } from 'ganode';

/** Huber's loss (1964) on the distance of logits from a target: squares near it, a line further off. */
function huber(logits: p.Value, target: number): p.Value {
  const distance = p.abs(p.shift(logits, -target));
  const near = p.clamp(distance, { most: 1 });
  return p.mean(p.subtract(p.multiply(near, distance), p.half(p.square(near))));
}

await using trainer = await Trainer.create({
  recipe: {
    recipe: 'dcgan', // its networks, optimizers and batch
    procedure: ({ networks: { generator, discriminator }, data: { image } }) => {
      const fake = generator({ z: p.latent() }).image;
      const onReal = discriminator({ image }).logits;
      const onFake = discriminator({ image: p.detach(fake) }).logits;
      const discriminatorLoss = p.add(huber(onReal, 1), huber(onFake, -1));
      const generatorLoss = huber(discriminator({ image: fake }).logits, 1);
      return {
        updates: [p.update(discriminator, discriminatorLoss), p.update(generator, generatorLoss)],
        report: { discriminatorLoss, generatorLoss, realLogit: p.mean(onReal) },
      };
    },
  },
  data: 'mnist',
  out: process.argv[2] ?? 'runs/huber',
});
for await (const event of trainer.train({ images: 3200 })) {
  if (event.type === 'progress') console.log(event.step, event.metrics);
}

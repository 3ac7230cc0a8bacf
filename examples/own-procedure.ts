import { procedure as p, Trainer } from 'ganode';

/** BiGAN (Donahue et al. 2017): the discriminator tells pairs of an image and a code, so that the encoder inverts the generator. */
const bigan: p.ProcedureFunction = ({ networks, data: { image } }) => {
  const { encoder, generator, discriminator } = networks;
  const z = p.latent();
  const fake = generator({ z }).image;
  const code = encoder({ image, noise: p.normal([16]) }).code;
  const judge = (image: p.Value, z: p.Value) => discriminator({ image, z }).logits;
  const onReal = judge(image, p.detach(code));
  const onFake = judge(p.detach(fake), z);
  const told = p.discriminatorLoss('nonSaturating', onReal, onFake);
  // The generator and the encoder want each pair taken for one of the other kind.
  const fooled = p.add(
    p.mean(p.softplus(p.negate(judge(fake, z)))),
    p.mean(p.softplus(judge(image, code))),
  );
  return {
    updates: [p.update(discriminator, told), p.update([generator, encoder], fooled)],
    report: { discriminatorLoss: told, generatorLoss: fooled },
  };
};

await using trainer = await Trainer.create({
  recipe: { recipe: 'avb', procedure: bigan }, // its networks: of a code and noise, of a pair
  data: 'mnist',
  out: process.argv[2] ?? 'runs/bigan',
});
for await (const event of trainer.train({ images: 6400 })) {
  if (event.type === 'progress') console.log(event.step, event.metrics);
}

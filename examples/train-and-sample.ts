import { Generator, Trainer } from 'ganode';

const out = process.argv[2] ?? 'runs/example';

await using trainer = await Trainer.create({
  recipe: { recipe: 'dcgan', model: { width: 8 }, batch: 64 },
  data: 'mnist',
  out,
});
for await (const event of trainer.train({ images: 3200 })) {
  if (event.type === 'progress') {
    const { step, totalSteps, metrics, imagesPerSecond } = event;
    const { discriminatorLoss: d, generatorLoss: g } = metrics;
    console.log(
      `${step}/${totalSteps} D ${d?.toFixed(2)} G ${g?.toFixed(2)} ${imagesPerSecond.toFixed(0)}/s`,
    );
  }
}

await using generator = await Generator.load(out);
const images = await generator.sample(64, { seed: 1 });
await images.toGrid(`${out}/grid.png`);
console.log(`${images.shape.join('×')} → ${out}/grid.png`);

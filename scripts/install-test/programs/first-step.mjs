// Ends after the first training step.
import { Trainer } from 'ganode';

const trainer = await Trainer.create({
  recipe: { recipe: 'dcgan', batch: 64, reportEvery: 1 },
  data: 'mnist',
  out: 'runs/first-step',
});
for await (const event of trainer.train({ images: 64 })) {
  if (event.type === 'progress') console.log(`step ${event.step}`);
}
const images = await trainer.sample(4);
console.log(images.shape.join('×'));
await trainer.dispose();

import type { Fit } from '../data/fit.js';
import { onOneLine } from '../line.js';
import { formatShape } from '../models/image-shape.js';
import type { TrainingFacts } from '../train/about.js';

const fitted: Record<Fit, string> = {
  crop: 'others cropped to their centre',
  pad: 'others padded',
  stretch: 'others stretched',
};

/** What a training is of and how it runs, in two lines. */
export function aboutLines({
  recipe,
  batch,
  data,
  device,
  precision,
  threads,
}: TrainingFacts): string[] {
  const { name, length, shape, classes, conditional, split, fit } = data;
  const details = [
    ...(split ? [`${split} part`] : []),
    ...(fit ? [fitted[fit]] : []),
    ...(classes === undefined ? [] : [`${classes} classes${conditional ? '' : ' (not used)'}`]),
  ];
  const images = `${length.toLocaleString('en-US')} images of ${formatShape(shape)}`;
  return [
    `data ${onOneLine(name)}: ${[images, ...details].join(', ')}`,
    `recipe ${onOneLine(recipe)}: batches of ${batch}, ${precision}, ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  ];
}

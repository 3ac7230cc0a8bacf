import { GanodeError } from '../errors.js';

/** What a generator makes and a discriminator reads. */
export interface ImageShape {
  /** 1: grey, 3: red, green, blue. */
  channels: number;
  height: number;
  width: number;
}

/** `C×H×W`, as messages and tables show it. */
export function formatShape({ channels, height, width }: ImageShape): string {
  return `${channels}×${height}×${width}`;
}

/** The error for a shape that a model cannot make; `advice` says what would do. */
export function unfit(
  model: string,
  expected: string,
  image: ImageShape,
  advice?: string,
): GanodeError {
  const received = formatShape(image) + (advice === undefined ? '' : `; ${advice}`);
  const message = `image: expected ${expected} for ${model} but received ${received}`;
  return new GanodeError('INVALID_OPTION', message, { details: { path: 'image' } });
}

/** Where an image of one size gets in one of another. */
import type { Fit } from './fit.js';

export interface Size {
  height: number;
  width: number;
}

/** How an image gets into one of another size. */
export interface Frame {
  /** Size that the whole image is resized to. */
  scaled: Size;
  /** What is made of that, from `cut.top` and `cut.left` on. */
  cut: Size & { top: number; left: number };
  /** Where that is put. */
  top: number;
  left: number;
}

/** Where an image of size `from` lies in one of size `to`, in its centre. */
export function frameFor(from: Size, to: Size, fit: Fit): Frame {
  const [across, down] = [to.width / from.width, to.height / from.height];
  const scale = fit === 'crop' ? Math.max(across, down) : Math.min(across, down);
  const side = (length: number, ratio: number, whole: number): number => {
    if (fit === 'stretch' || ratio === scale) return whole;
    return Math.max(1, Math.round(length * scale));
  };
  const scaled = {
    height: side(from.height, down, to.height),
    width: side(from.width, across, to.width),
  };
  const height = Math.min(scaled.height, to.height);
  const width = Math.min(scaled.width, to.width);
  const half = (length: number): number => Math.floor(length / 2);
  return {
    scaled,
    cut: { height, width, top: half(scaled.height - height), left: half(scaled.width - width) },
    top: half(to.height - height),
    left: half(to.width - width),
  };
}

/** Whether a frame fills an image of size `to`. */
export function isWhole({ cut }: Frame, { height, width }: Size): boolean {
  return cut.height === height && cut.width === width;
}

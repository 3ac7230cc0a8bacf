/** Ways through latent space. */
import { allocate } from '../memory.js';

/**
 * Spherical interpolation (White 2016, "Sampling Generative Networks"): along the great circle between two normal latents, so
 * that what lies between is as long as they are.
 */
export function slerp(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const length = (v: Float32Array): number => Math.hypot(...v) || 1;
  let dot = 0;
  a.forEach((value, i) => {
    dot += value * (b[i] as number);
  });
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / (length(a) * length(b)))));
  // Along one line there is no great circle, or no single one.
  if (angle < 1e-6 || Math.PI - angle < 1e-6) return lerp(a, b, t);
  const [from, to] = [Math.sin((1 - t) * angle), Math.sin(t * angle)];
  return a.map((value, i) => (from * value + to * (b[i] as number)) / Math.sin(angle));
}

/** Linear interpolation, for uniform latents. */
export function lerp(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, i) => (1 - t) * value + t * (b[i] as number));
}

/**
 * Latents along a path through `keys` (and back to the first, when `loop`), `frames` in all, evenly spaced.
 *
 * @returns frames × latentSize values.
 */
export function latentPath(
  keys: readonly Float32Array[],
  frames: number,
  { loop, spherical }: { loop: boolean; spherical: boolean },
): Float32Array {
  const size = keys[0]?.length ?? 0;
  const segments = loop ? keys.length : keys.length - 1;
  const result = allocate(
    Float32Array,
    frames * size,
    `the latents of ${frames} frames`,
    'fewer frames take less',
  );
  for (let frame = 0; frame < frames; frame += 1) {
    // A loop's last frame is followed by its first, so it stops one short.
    const at = (frame / Math.max(1, loop ? frames : frames - 1)) * segments;
    const segment = Math.min(Math.floor(at), segments - 1);
    const a = keys[segment] as Float32Array;
    const b = keys[(segment + 1) % keys.length] as Float32Array;
    result.set((spherical ? slerp : lerp)(a, b, at - segment), frame * size);
  }
  return result;
}

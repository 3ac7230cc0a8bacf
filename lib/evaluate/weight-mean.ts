import type { TensorData } from '../native.js';

/** The mean of weights that a network had at several times. */
export class WeightMean {
  private count = 0;
  private readonly sums: Record<string, { shape: number[]; data: Float64Array }> = {};

  /** Takes in weights of one time; names and shapes are those of the first. */
  add(weights: Record<string, TensorData>): void {
    this.count += 1;
    for (const [name, { shape, data }] of Object.entries(weights)) {
      this.sums[name] ??= { shape, data: new Float64Array(data.length) };
      const sum = this.sums[name].data;
      for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + Number(data[i]);
    }
  }

  weights(): Record<string, TensorData> {
    return Object.fromEntries(
      Object.entries(this.sums).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data, (sum) => sum / this.count) },
      ]),
    );
  }
}

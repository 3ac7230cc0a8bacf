/** Which images each step shows. */
import { Sampler } from './sampler.js';

/** Steps from one on whose batches have one size. */
export interface BatchStage {
  firstStep: number;
  /** Images a batch. */
  batch: number;
}

interface Part extends BatchStage {
  sampler: Sampler;
  /** Number of its first batch among those of its sampler. */
  firstBatch: number;
}

/**
 * The batches of a sampler, a few a step. Where the size of batches changes, a fresh epoch begins; so the step says everything, and
 * resuming needs nothing else.
 */
export class StepOrder {
  private readonly parts: Part[] = [];

  /** Throws `INVALID_DATA` when a batch is larger than the data. */
  constructor(
    length: number,
    private readonly batchesPerStep: number,
    seed: number,
    stages: readonly BatchStage[],
  ) {
    let epochs = 0;
    stages.forEach((stage, i) => {
      const sampler = new Sampler(length, stage.batch, seed);
      this.parts.push({ ...stage, sampler, firstBatch: epochs * sampler.batchesPerEpoch });
      const steps = (stages[i + 1]?.firstStep ?? 0) - stage.firstStep;
      epochs += Math.ceil((steps * batchesPerStep) / sampler.batchesPerEpoch);
    });
  }

  /** Images a batch in a step. */
  batch(step: number): number {
    return this.partOf(step).batch;
  }

  /** Indices of a step's batch `number`, counted from 0. */
  indices(step: number, number: number): Uint32Array {
    const { sampler, batch } = this.at(step, number);
    return sampler.indices(batch);
  }

  /** Which of the same images to flip. */
  flips(step: number, number: number): boolean[] {
    const { sampler, batch } = this.at(step, number);
    return sampler.flips(batch);
  }

  private at(step: number, number: number): { sampler: Sampler; batch: number } {
    const { sampler, firstBatch, firstStep } = this.partOf(step);
    return { sampler, batch: firstBatch + (step - firstStep) * this.batchesPerStep + number };
  }

  private partOf(step: number): Part {
    return this.parts.findLast(({ firstStep }) => firstStep <= step) as Part;
  }
}

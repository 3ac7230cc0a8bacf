/** Signs that training goes wrong, read from the reports, and what to try. */
import type { Recipe } from '../recipes/schema.js';
import { advise } from './advice.js';
import type { Metrics, Position, WarningEvent } from './events.js';
import type { SignKind } from './situations.js';

/** What a warning says, without where training stands. */
export type Finding = Pick<WarningEvent, 'kind' | 'message'>;

interface Sign {
  kind: SignKind;
  /** Whether a report shows it; undefined where the recipe has no such number. */
  shows(metrics: Metrics): boolean | undefined;
  /** What is seen; the advice follows it. */
  message(metrics: Metrics): string;
}

/** Fakes that vary less than this share of what real images do have lost most of the modes. */
const leastDiversity = 0.35;
/**
 * A generator whose gradient is shorter than this learns nothing: a recorded one that drew one image for ever had 3e-6 to 2.4e-5, the
 * least of those that learn 4e-4.
 */
const leastGradient = 1e-4;
/** D is surer than 99 % of nearly every fake. */
const mostSaturation = 0.97;

const signs: readonly Sign[] = [
  {
    kind: 'collapse',
    shows: ({ sampleDiversity }) =>
      sampleDiversity === undefined ? undefined : sampleDiversity < leastDiversity,
    message: ({ sampleDiversity }) =>
      `the generator collapses: its images vary ${percent(sampleDiversity)} as much as real ones within a batch`,
  },
  {
    kind: 'saturation',
    shows: ({ discriminatorSaturation }) =>
      discriminatorSaturation === undefined ? undefined : discriminatorSaturation > mostSaturation,
    message: ({ discriminatorSaturation }) =>
      `the discriminator is surer than 99% of ${percent(discriminatorSaturation)} of the fakes, which leaves the generator little to learn from`,
  },
  {
    kind: 'gradient',
    shows: ({ generatorGradientNorm }) =>
      generatorGradientNorm === undefined ? undefined : generatorGradientNorm < leastGradient,
    message: ({ generatorGradientNorm }) =>
      `the generator's gradient vanishes (norm ${generatorGradientNorm?.toExponential(1)})`,
  },
];

/** Reports in a row that must show a sign before it is told. */
const patience = 8;
/**
 * Real images, and steps, before which a generator may still be on its way from where it began: `gan-2014`, which learns well, has
 * nearly equal fakes for 470 steps.
 */
const warmUp = { images: 12_800, steps: 600 };

/**
 * Watches the reports of one training. A sign is told once it shows in eight reports in a row, and again only after it was gone for
 * as many.
 */
export class HealthMonitor {
  private readonly shown = new Map<Sign, number>();
  private readonly told = new Set<Sign>();

  constructor(private readonly recipe: Recipe) {}

  /** What this report brings to light. */
  check(metrics: Metrics, { step, images }: Pick<Position, 'step' | 'images'>): Finding[] {
    if (images < warmUp.images || step < warmUp.steps) return [];
    return signs.flatMap((sign) => {
      const shows = sign.shows(metrics);
      if (shows === undefined) return [];
      // Up to `patience` for a sign that shows, down to minus that for one that is gone.
      const before = this.shown.get(sign) ?? 0;
      const run = shows ? Math.max(before, 0) + 1 : Math.min(before, 0) - 1;
      this.shown.set(sign, run);
      if (run <= -patience) this.told.delete(sign);
      if (run < patience || this.told.has(sign)) return [];
      this.told.add(sign);
      const message = `${sign.message(metrics)}; ${advise(sign.kind, this.recipe)}`;
      return [{ kind: sign.kind, message }];
    });
  }
}

function percent(share: number | undefined): string {
  return `${((share ?? 0) * 100).toFixed(0)}%`;
}

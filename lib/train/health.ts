/** Signs that training goes wrong, read from the reports, and what to try. */
import type { Recipe } from '../recipes/schema.js';
import type { Metrics, WarningEvent } from './events.js';

/** What a warning says, without where training stands. */
export type Finding = Pick<WarningEvent, 'kind' | 'message'>;

interface Sign {
  kind: Exclude<WarningEvent['kind'], 'data' | 'transfer'>;
  /** Whether a report shows it; undefined where the recipe has no such number. */
  shows(metrics: Metrics): boolean | undefined;
  message(metrics: Metrics, recipe: Recipe): string;
}

/** Fakes that vary less than this share of what real images do have lost most of the modes. */
const leastDiversity = 0.35;
/** A generator whose gradient is shorter than this learns nothing. */
const leastGradient = 1e-6;
/** D is surer than 99 % of nearly every fake. */
const mostSaturation = 0.97;

const signs: readonly Sign[] = [
  {
    kind: 'collapse',
    shows: ({ sampleDiversity }) =>
      sampleDiversity === undefined ? undefined : sampleDiversity < leastDiversity,
    message: ({ sampleDiversity }, recipe) =>
      `the generator collapses: its images vary ${percent(sampleDiversity)} as much as real ones within a batch; ${cure(recipe)}`,
  },
  {
    kind: 'saturation',
    shows: ({ discriminatorSaturation }) =>
      discriminatorSaturation === undefined ? undefined : discriminatorSaturation > mostSaturation,
    message: ({ discriminatorSaturation }, recipe) =>
      `the discriminator is surer than 99% of ${percent(discriminatorSaturation)} of the fakes, which leaves the generator little to learn from; ${cure(recipe)}`,
  },
  {
    kind: 'gradient',
    shows: ({ generatorGradientNorm }) => generatorGradientNorm < leastGradient,
    message: ({ generatorGradientNorm }, recipe) =>
      `the generator's gradient vanishes (norm ${generatorGradientNorm.toExponential(1)}); ${cure(recipe)}`,
  },
];

/** Reports in a row that must show a sign before it is told. */
const patience = 8;
/** Real images before which a generator may still be as it began. */
const warmUp = 12_800;

/**
 * Watches the reports of one training. A sign is told once it shows in eight reports in a row, and again only after it was gone for
 * as many.
 */
export class HealthMonitor {
  private readonly shown = new Map<Sign, number>();
  private readonly told = new Set<Sign>();

  constructor(private readonly recipe: Recipe) {}

  /** What this report brings to light. */
  check(metrics: Metrics, images: number): Finding[] {
    if (images < warmUp) return [];
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
      return [{ kind: sign.kind, message: sign.message(metrics, this.recipe) }];
    });
  }
}

/** What helps where an encoder is trained too. */
const cures: Record<NonNullable<Recipe['autoencoding']>['kind'], string> = {
  vae: 'try a smaller learning rate',
  vaeGan: 'try a larger autoencoding.gamma, or a smaller learning rate for the discriminator',
  aae: 'try smaller learning rates',
  avb: 'try smaller learning rates for the encoder and the generator',
};

/** What helps against collapse and saturation, that the recipe does not have yet. */
function cure({ penalties, optimizers, loss, augment, autoencoding }: Recipe): string {
  if (autoencoding) return cures[autoencoding.kind];
  const { discriminator } = optimizers;
  const beta1 = discriminator && 'betas' in discriminator ? discriminator.betas[0] : 0;
  const ideas: string[] = [];
  if (typeof beta1 === 'number' && beta1 > 0.5) {
    ideas.push(
      "Adam's betas of 0.5, 0.999 in both optimizers (--set 'optimizers.generator.betas=[0.5,0.999]', the same for the discriminator)",
    );
  }
  if (!penalties.some(({ kind }) => ['r1', 'gradientPenalty', 'dragan'].includes(kind))) {
    ideas.push(`a gradient penalty (--set 'penalties=[{"kind":"r1","weight":1}]')`);
  }
  if (loss?.kind === 'minimax') ideas.push('--set loss.kind=nonSaturating');
  if (augment === null)
    ideas.push(`augmentation, where data is scarce (--set 'augment={"kind":"ada"}')`);
  ideas.push('--recipe r3gan');
  return `try ${ideas.slice(0, 3).join(', or ')}`;
}

function percent(share: number | undefined): string {
  return `${((share ?? 0) * 100).toFixed(0)}%`;
}

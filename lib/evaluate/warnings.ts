/** What lessens the worth of an evaluation's numbers. */
import type { MetricName } from './report.js';

/** Images from which on the bias of the Fréchet distance is small: Heusel et al. 2017 advise no fewer. */
const enough = 10_000;

interface Circumstances {
  names: readonly MetricName[];
  /** Generated images. */
  count: number;
  /** Real images that they are compared with. */
  reals: number;
  /** Real images on each side of the floor; 0 without one. */
  floorReals: number;
  /** Features of one image. */
  size?: number;
}

export function warningsOf({ names, count, reals, floorReals, size }: Circumstances): string[] {
  const least = Math.min(count, reals);
  const number = (value: number): string => value.toLocaleString('en-US');
  const warnings: string[] = [];
  if (reals < count) {
    warnings.push(`the data has ${number(reals)} images only, to compare ${number(count)} with`);
  }
  if (floorReals === 0) {
    warnings.push('the data has too few images to compare half of them with the other half');
  } else if (floorReals < count) {
    warnings.push(
      `the floor is of ${number(floorReals)} real images, not ${number(count)}: a little worse than a perfect generator's`,
    );
  }
  if (names.includes('frechetDistance')) {
    if (size !== undefined && least <= size) {
      warnings.push(
        `${number(least)} images are fewer than their ${number(size)} features, so the covariance is singular and the Fréchet distance biased far upwards; compare it at equal numbers only`,
      );
    } else if (least < enough) {
      warnings.push(
        `${number(least)} images are few: the Fréchet distance is biased upwards; compare it at equal numbers only`,
      );
    }
  }
  return warnings;
}

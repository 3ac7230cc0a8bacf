// What `papers.mjs measure` finds of a run: metrics beside the floor, a grid of samples, metrics at several truncations.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '../../dist/data/source.js';
import { evaluate, Generator, openClassifier } from '../../dist/index.js';
import { record } from './common.mjs';
import { lineChart } from './line-chart.mjs';

/** ψ; absent: no truncation. */
const truncations = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, undefined];
/** Samples a row of the grid, one a class where there are some. */
const rows = 8;

const numbers = (metrics, field) =>
  Object.fromEntries(metrics.map((metric) => [metric.name, field(metric)]));

/** @param count Generated images, and real ones where there are so many. */
export async function measureRun({ name, out, recipe, time, count, grid, curve }) {
  const { data: asked } = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  const data = await openDataset(asked.source, asked.options);
  const extractor = await openClassifier(data, { threads: 1 });
  const generator = await Generator.load(out, { threads: 1 });
  const at = async (truncation) => {
    const options = truncation === undefined ? {} : { truncation };
    return evaluate({ generator, data, extractor, count, threads: 1, ...options });
  };
  const { metrics, step, reals, floorReals, labels } = await at(undefined);
  const result = {
    settings: recipe,
    step,
    images: step * recipe.batch,
    ...time,
    extractor: extractor.description,
    count,
    reals,
    floorReals,
    ...(labels && { labels }),
    metrics: numbers(metrics, (metric) => metric.value),
    floor: numbers(metrics, (metric) => metric.floor?.value),
  };
  record('papers', name, result);
  if (grid) {
    const columns = Math.max(1, generator.classes) === 1 ? 12 : generator.classes;
    const images = await generator.sample(rows * columns, {
      seed: 1,
      ...(generator.classes > 0 && {
        labels: Array.from({ length: rows * columns }, (_, i) => i % columns),
      }),
    });
    await images.toGrid(grid, { columns, padding: 1 });
  }
  if (curve) {
    const points = [];
    for (const truncation of truncations) {
      const found = truncation === undefined ? metrics : (await at(truncation)).metrics;
      const { frechetDistance, precision, recall, density, coverage } = numbers(
        found,
        (metric) => metric.value,
      );
      points.push({
        truncation: truncation ?? null,
        frechetDistance,
        precision,
        recall,
        density,
        coverage,
      });
      console.log(JSON.stringify(points.at(-1)));
    }
    record('papers', name, { ...result, truncation: points });
    writeFileSync(curve, await lineChart(points.map(pointOf), { x: 'recall', y: 'precision' }));
  }
  await generator.dispose();
  await extractor.dispose();
}

const pointOf = ({ truncation, precision, recall }) => ({
  x: recall,
  y: precision,
  label: truncation === null ? 'none' : String(truncation),
});

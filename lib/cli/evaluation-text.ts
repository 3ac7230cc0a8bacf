/** A report of an evaluation, for people. */

import type { EvaluationReport, Measured } from '../evaluate/report.js';
import { onOneLine } from '../line.js';

/** An aligned table, then a line with what it was found of, and one with the extractor. */
export function reportText(report: EvaluationReport): string {
  const {
    metrics,
    fakes,
    reals,
    floorReals,
    extractor,
    data,
    step,
    recipe,
    truncation,
    seconds,
    bound,
  } = report;
  const rows = [
    ['metric', 'value', 'real against real', 'better'],
    ...metrics.map((metric) => [
      metric.name,
      measuredText(metric),
      metric.floor ? measuredText(metric.floor) : '-',
      metric.better,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('   ')
      .trimEnd(),
  );
  const number = (value: number): string => value.toLocaleString('en-US');
  const facts = [
    ...(reals > 0
      ? [
          `${number(fakes)} generated and ${number(reals)} real images of ${onOneLine(data)}`,
          `real against real: ${number(floorReals)}`,
        ]
      : []),
    ...(bound
      ? [
          `bound of ${number(bound.images)} ${bound.heldOut ? 'held-out ' : ''}images of ${onOneLine(bound.data)}`,
        ]
      : []),
    `${recipe} after ${number(step)} steps`,
    ...(truncation === undefined ? [] : [`truncation ${truncation}`]),
    `${seconds.toFixed(1)} s`,
  ];
  const lines = [...table, '', facts.join('; ')];
  if (report.experts) lines.push(`experts' shares of the images: ${shares(report.experts)}`);
  if (extractor) {
    const mark = extractor.chance ? ' (no better than guessing)' : '';
    lines.push(`extractor ${extractor.id}: ${extractor.description}${mark}`);
  }
  return `${lines.join('\n')}\n`;
}

/** In percent. */
function shares(experts: readonly number[]): string {
  return experts.map((share) => `${(100 * share).toFixed(1)}%`).join(' ');
}

function measuredText({ value, deviation }: Measured): string {
  return deviation === undefined ? short(value) : `${short(value)} ± ${short(deviation)}`;
}

/** Four digits; counts as they are. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

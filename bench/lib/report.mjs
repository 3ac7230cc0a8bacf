// How results are printed.

export function formatWork({ title, unit, rows, left, comparisons }) {
  // A limit of a contender's own value stands beside it.
  const own = (name) => comparisons.find(({ of, against }) => of === name && !against) ?? {};
  const lines = rows.map((row) => {
    const { contender, batch, median } = row;
    const perStep =
      unit === 'images/s' && batch ? `${number((batch / median) * 1000)} ms a step` : '';
    return [contender, ...range(row), unit, perStep, limitOf(own(contender))];
  });
  const skipped = left.map(({ contender, reason }) => `  ${contender}: left out, ${reason}`);
  const ratios = comparisons.filter(({ against }) => against).map(formatRatio);
  return ['', title, ...table(lines), ...skipped, ...table(ratios)].join('\n');
}

const range = ({ median, min, max }) => [number(median), `(${number(min)} – ${number(max)})`];

/** Three digits that count, or all before the point. */
export function number(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(6, Math.max(0, digits)));
}

function formatRatio(comparison) {
  const { of, against, missing } = comparison;
  const what = `${of} / ${against}`;
  if (missing) return [what, 'not measured', '', limitOf(comparison)];
  const [median, spread] = range(comparison);
  return [what, `${median}×`, spread, limitOf(comparison)];
}

function limitOf({ atLeast, atMost, reached }) {
  if (atLeast === undefined && atMost === undefined) return '';
  const limit = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  if (reached === undefined) return `limit ${limit}`;
  return `limit ${limit}: ${reached ? 'reached' : 'not reached'}`;
}

/** Columns: the first to the left, the second to the right. */
function table(rows) {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const cell = (text, i) => (i === 1 ? text.padStart(widths[i]) : text.padEnd(widths[i]));
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}

import { inspectGraph } from './inspect.js';
import type { GraphSpec } from './spec.js';

/**
 * A table of the graph: name, operator, output shape, parameters, multiply-adds for one item.
 * Throws `GanodeError` with code `INVALID_GRAPH` when shapes do not fit; the message names the node.
 */
export function summary(spec: GraphSpec): string {
  const report = inspectGraph(spec);
  const number = (value: number): string => value.toLocaleString('en-US');
  const rows = [
    ['name', 'operator', 'output', 'parameters', 'multiply-adds'],
    ...Object.entries(spec.inputs).map(([name, input]) => [
      name,
      'input',
      'shape' in input ? input.shape.join('×') : `${input.classes} classes`,
      '',
      '',
    ]),
    ...report.nodes.map((node) => [
      node.name,
      node.op,
      node.shape.join('×'),
      number(node.parameters),
      number(node.multiplyAdds),
    ]),
    ['total', '', '', number(report.parameters), number(report.multiplyAdds)],
  ];
  return table(rows);
}

/** Columns aligned: words to the left, numbers (from the fourth column) to the right. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < 3 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

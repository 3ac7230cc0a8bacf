/** A profile as tables for people. */

import { onOneLine } from '../line.js';
import type { ProfileEvent } from '../train/events.js';
import type { Profile } from '../train/profile.js';

/** Operators shown; the others are one line. */
const most = 15;

/** Lines without the last line break. */
export function profileText({ profile, path }: Pick<ProfileEvent, 'profile' | 'path'>): string {
  const { firstStep, steps, milliseconds } = profile;
  const last = firstStep + steps - 1;
  const which = steps === 1 ? `step ${firstStep}` : `steps ${firstStep} to ${last}`;
  return [
    `profile of ${which}: ${milliseconds.toFixed(2)} ms a step${path ? `, trace in ${onOneLine(path)}` : ''}`,
    '',
    ...columns(['operator (self time)', 'ms', 'share', 'calls'], operatorRows(profile)),
    '',
    ...columns(
      ['phase', 'ms', 'share', 'times'],
      profile.phases.map(({ name, depth, milliseconds, share, calls }) => [
        `${'  '.repeat(depth)}${name}`,
        ...[milliseconds.toFixed(2), percent(share), count(calls)],
      ]),
    ),
    '',
    ...columns(
      ['node', 'operator', 'forward ms', 'backward ms', 'share'],
      profile.nodes.map(({ network, name, op, forward, backward, share }) => [
        `${network}.${name}`,
        ...[op, forward.toFixed(2), backward.toFixed(2), percent(share)],
      ]),
    ),
  ].join('\n');
}

function operatorRows({ operators }: Profile): string[][] {
  const row = (name: string, milliseconds: number, share: number, calls: number): string[] => [
    ...[name, milliseconds.toFixed(2), percent(share), count(calls)],
  ];
  const rest = operators.slice(most);
  const sum = (pick: (one: Profile['operators'][number]) => number): number =>
    rest.reduce((total, one) => total + pick(one), 0);
  return [
    ...operators
      .slice(0, most)
      .map(({ name, milliseconds, share, calls }) =>
        row(name === 'outside' ? '(outside operators)' : name, milliseconds, share, calls),
      ),
    ...(rest.length > 0
      ? [
          row(
            `(${rest.length} others)`,
            sum((one) => one.milliseconds),
            sum((one) => one.share),
            sum((one) => one.calls),
          ),
        ]
      : []),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `3`, `0.5`; nothing for none. */
function count(calls: number): string {
  return calls === 0 ? '' : String(Number(calls.toFixed(1)));
}

/** Texts to the left, numbers to the right. */
function columns(head: string[], rows: string[][]): string[] {
  const all = [head, ...rows];
  const isNumber = head.map((_, i) => rows.every((row) => /^[\d.]*%?$/.test(row[i] as string)));
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] as string).length)));
  return all.map((row) =>
    row
      .map((cell, i) =>
        isNumber[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number),
      )
      .join('  ')
      .trimEnd(),
  );
}

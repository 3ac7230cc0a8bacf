/** Lists of pictures and their classes, as files: CSV, TSV, JSON Lines, StyleGAN's dataset.json. */
import { parse } from 'csv-parse/sync';
import { onOneLine } from '../../text.js';
import { baseOf, extensionOf } from './listing.js';
import { shown } from './words.js';

/** Larger files are refused: 64 MiB are a million lines. */
export const mostLabelBytes = 2 ** 26;
/** Characters of a class' name; captions and the like are longer. */
const mostClassCharacters = 200;
/** Names of columns, the most telling first. */
const nameColumns = [
  ...['file_name', 'filename', 'file', 'file_path', 'filepath', 'path', 'image_path'],
  ...['image', 'img', 'image_name', 'image_id', 'name', 'id'],
];
const classColumns = ['label', 'labels', 'class', 'class_name', 'category', 'target'];

/** What a file says: a class for names of pictures (empty: none), or that there are no classes. */
export type Labels = readonly (readonly [name: string, label: string])[] | 'none';

/** Why a file is no list of labels, in words that follow its name. */
export class NoLabels extends Error {}

/** Whether a file is one of those that lists of labels are looked for in. */
export function mayHoldLabels(name: string): boolean {
  return ['.csv', '.tsv', '.jsonl'].includes(extensionOf(name)) || baseOf(name) === 'dataset.json';
}

/** Whether a file is named as lists of labels are, in a form that is not read. */
export function isUnreadLabels(name: string): boolean {
  return /^(labels?|annotations?|classes|metadata)\.(txt|json|ya?ml|xml|xlsx?|parquet)$/i.test(
    baseOf(name),
  );
}

/**
 * Reads a list of labels: by its columns' names (of CSV and TSV, with or without a header where there are two), or as
 * `{"labels": [["00000/img.png", 6], …]}`, of which `null` for the list says that there are no classes.
 *
 * @param name Its extension says what it is.
 * @param isPicture Whether a name fits a picture, for files whose columns have no names.
 * @throws NoLabels where it is something else.
 */
export function parseLabels(
  name: string,
  bytes: Uint8Array,
  isPicture: (name: string) => boolean,
): Labels {
  const text = decode(bytes);
  const extension = extensionOf(name);
  if (extension === '.json') return fromStyleGan(text);
  const labels =
    extension === '.jsonl' ? fromJsonLines(text) : fromTable(text, extension, isPicture);
  const long = labels.find(([, label]) => label.length > mostClassCharacters);
  if (long) {
    throw new NoLabels(
      `expected names of classes but that of ${shown(long[0])} has ${long[1].length} characters`,
    );
  }
  if (labels.length === 0) throw new NoLabels('it is empty');
  return labels;
}

/** UTF-8, or UTF-16 where the file begins with its mark, as Excel's "Unicode text" does. */
function decode(bytes: Uint8Array): string {
  const begins = (first: number, second: number) => bytes[0] === first && bytes[1] === second;
  const encoding = begins(0xff, 0xfe) ? 'utf-16le' : begins(0xfe, 0xff) ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // Read as something else, different names could become one.
    throw new NoLabels('its text is not UTF-8; save it as that');
  }
}

function fromTable(
  text: string,
  extension: string,
  isPicture: (name: string) => boolean,
): [string, string][] {
  let rows: string[][];
  try {
    rows = parse(text, {
      bom: true,
      delimiter: extension === '.tsv' ? '\t' : delimiterOf(text),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 2 ** 20,
    });
  } catch (error) {
    throw new NoLabels(onOneLine((error as Error).message.split('\n')[0]?.slice(0, 200) ?? ''));
  }
  const [header] = rows;
  if (!header) throw new NoLabels('it is empty');
  const named = columnsOf(header);
  if (named) return rows.slice(1).map((row) => pair(row[named.name], row[named.label]));
  // Without a header the first row names a picture already.
  const name = header.length === 2 ? header.findIndex(isPicture) : -1;
  if (name >= 0) return rows.map((row) => pair(row[name], row[1 - name]));
  throw new NoLabels(`${wanted} but it has ${shown(header.join(', '))}`);
}

const wanted = 'expected columns such as file_name and label';

/** The delimiter that the first line has most of. */
function delimiterOf(text: string): string {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((most, next) => (count(next) > count(most) ? next : most));
}

function columnsOf(header: readonly string[]): { name: number; label: number } | undefined {
  const lower = header.map((column) => column.toLowerCase());
  const find = (names: readonly string[]): number =>
    lower.indexOf(names.find((name) => lower.includes(name)) ?? '\0');
  const name = find(nameColumns);
  const label = find(classColumns);
  return name < 0 || label < 0 ? undefined : { name, label };
}

const pair = (name: string | undefined, label: string | undefined): [string, string] => [
  name ?? '',
  label ?? '',
];

function fromJsonLines(text: string): [string, string][] {
  const found: [string, string][] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 1}`;
    const value = json(line, where);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new NoLabels(`expected an object a line but ${where} is none`);
    }
    const keys = Object.keys(value);
    const columns = columnsOf(keys);
    if (!columns) throw new NoLabels(`${wanted} but ${where} has ${shown(keys.join(', '))}`);
    const values = Object.values(value);
    found.push([
      nameOf(values[columns.name], where),
      classOf(values[columns.label], `the class in ${where}`),
    ]);
  }
  return found;
}

function fromStyleGan(text: string): Labels {
  const value = json(text, 'it') as { labels?: unknown } | null;
  if (typeof value !== 'object' || value === null || value.labels === undefined) {
    throw new NoLabels('expected {"labels": …}');
  }
  const { labels } = value;
  if (labels === null) return 'none';
  if (typeof labels !== 'object') throw new NoLabels('expected a list for "labels"');
  const pairs = Array.isArray(labels) ? labels : Object.entries(labels);
  if (pairs.length === 0) throw new NoLabels('its list of labels is empty');
  return pairs.map((entry, index) => {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') {
      throw new NoLabels(`expected a name and a class but label ${index} is none`);
    }
    return [entry[0], classOf(entry[1], `the class of ${shown(entry[0])}`)];
  });
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new NoLabels(`expected JSON but ${what} is none`);
  }
}

/** The name of a picture, which may be a number. */
function nameOf(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new NoLabels(`expected the name of a picture but ${where} has none`);
}

/** A class as text; nothing at all is empty. */
function classOf(value: unknown, what: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') {
    throw new NoLabels(`expected a name or a number for ${what} but it is a list`);
  }
  return String(value);
}

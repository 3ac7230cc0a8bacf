/** Kinds of files by their first bytes. */
import sharp from 'sharp';
import { extensionOf } from './listing.js';

/** Bytes from the beginning of a file that tell its kind; SVG may begin with a long comment. */
export const headLength = 1024;

interface Kind {
  /** The name by which messages call it. */
  name: string;
  /** Extensions, the usual one first. */
  extensions: readonly string[];
  is(head: Uint8Array): boolean;
}

const latin = (head: Uint8Array, from: number, to: number): string =>
  Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', from, to);

const begins =
  (text: string, at = 0) =>
  (head: Uint8Array): boolean =>
    latin(head, at, at + text.length) === text;

/** Brands of the ISO base media format that a file says it follows. */
function brands(head: Uint8Array): string[] {
  if (latin(head, 4, 8) !== 'ftyp') return [];
  const end = Math.min(Buffer.from(head).readUInt32BE(0), head.length);
  const found = [latin(head, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) found.push(latin(head, at, at + 4));
  return found;
}

const branded =
  (...of: string[]) =>
  (head: Uint8Array): boolean =>
    brands(head).some((brand) => of.includes(brand));

/** Headers of BMP, by their length, which follows the file's own header of 14 bytes. */
const bmpHeaders = [12, 16, 40, 52, 56, 64, 108, 124];

/** `<svg`, after a byte order mark, spaces, an XML declaration, comments and a document type. */
const svg =
  /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\])?\s*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:svg:)?svg[\s>]/i;

/** Pictures, and what people take for them, by content. The first that fits is it. */
const kinds: readonly Kind[] = [
  { name: 'PNG', extensions: ['.png'], is: begins('\x89PNG\r\n\x1a\n') },
  { name: 'JPEG', extensions: ['.jpg', '.jpeg', '.jpe', '.jfif'], is: begins('\xff\xd8\xff') },
  {
    name: 'WebP',
    extensions: ['.webp'],
    is: (head) => begins('RIFF')(head) && begins('WEBP', 8)(head),
  },
  {
    name: 'GIF',
    extensions: ['.gif'],
    is: (head) => begins('GIF87a')(head) || begins('GIF89a')(head),
  },
  {
    name: 'TIFF',
    extensions: ['.tif', '.tiff'],
    is: (head) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(latin(head, 0, 4)),
  },
  { name: 'AVIF', extensions: ['.avif'], is: branded('avif', 'avis') },
  {
    name: 'HEIC',
    extensions: ['.heic', '.heif'],
    is: branded('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'),
  },
  { name: 'SVG', extensions: ['.svg'], is: (head) => svg.test(Buffer.from(head).toString('utf8')) },
  {
    name: 'JPEG 2000',
    extensions: ['.jp2', '.j2k', '.j2c', '.jpx'],
    is: (head) => begins('\0\0\0\x0cjP  ')(head) || begins('\xff\x4f\xff\x51')(head),
  },
  {
    name: 'JPEG XL',
    extensions: ['.jxl'],
    is: (head) => begins('\xff\x0a')(head) || begins('\0\0\0\x0cJXL ')(head),
  },
  {
    name: 'BMP',
    extensions: ['.bmp', '.dib'],
    is: (head) => begins('BM')(head) && bmpHeaders.includes(head[14] ?? 0),
  },
  { name: 'Photoshop', extensions: ['.psd', '.psb'], is: begins('8BPS') },
  { name: 'OpenEXR', extensions: ['.exr'], is: begins('\x76\x2f\x31\x01') },
  { name: 'Radiance', extensions: ['.hdr'], is: begins('#?RADIANCE') },
  { name: 'DDS', extensions: ['.dds'], is: begins('DDS ') },
  { name: 'QOI', extensions: ['.qoi'], is: begins('qoif') },
  { name: 'icon', extensions: ['.ico'], is: begins('\0\0\x01\0') },
  { name: 'PDF', extensions: ['.pdf'], is: begins('%PDF') },
  {
    name: 'netpbm',
    extensions: ['.ppm', '.pgm', '.pbm', '.pnm', '.pam'],
    is: (head) => /^P[1-7][\s#]/.test(latin(head, 0, 3)),
  },
  { name: 'Matroska', extensions: ['.webm', '.mkv'], is: begins('\x1a\x45\xdf\xa3') },
  {
    name: 'AVI',
    extensions: ['.avi'],
    is: (head) => begins('RIFF')(head) && begins('AVI ', 8)(head),
  },
  { name: 'film', extensions: ['.mp4', '.mov', '.m4v'], is: (head) => brands(head).length > 0 },
];

/** Pictures of cameras, which are TIFF by their first bytes but hold a small preview where TIFF has the picture. */
const raw = ['.dng', '.nef', '.cr2', '.arw', '.pef', '.srw', '.nrw', '.3fr', '.iiq', '.kdc'];

/** Kinds without first bytes of their own. */
const byExtension = [
  '.tga',
  '.raw',
  '.cr3',
  '.raf',
  '.orf',
  '.rw2',
  '.eps',
  '.ai',
  '.xcf',
  '.svgz',
];

/** Extensions that sharp, as it is built here, decodes. */
const decoded = new Set(
  Object.values(sharp.format).flatMap(({ input }) =>
    input.file && input.buffer ? (input.fileSuffix ?? []) : [],
  ),
);

const isDecoded = ({ extensions: [usual = ''] }: Kind): boolean => decoded.has(usual);

/** Names of the kinds that are decoded, as messages list them. */
export const readKinds: readonly string[] = kinds.filter(isDecoded).map(({ name }) => name);

const readExtensions = new Set(kinds.filter(isDecoded).flatMap(({ extensions }) => extensions));
const otherExtensions = new Set([
  ...kinds.filter((kind) => !isDecoded(kind)).flatMap(({ extensions }) => extensions),
  ...raw,
  ...byExtension,
]);

/**
 * What a file is:
 * - `picture`: it begins like a kind that is decoded, or is called like one, and decoding it will tell what is wrong;
 * - `unread`: a picture, a film or something else that one could have expected to be read; `extension` says of which kind;
 * - `beside`: what commonly lies beside pictures: text, archives, empty files.
 */
export type FileKind = { is: 'picture' } | { is: 'unread'; extension: string } | { is: 'beside' };

/** Height and width of a PNG from its first bytes; of other kinds, and of one that is to be turned (EXIF), its header has to be read. */
export function sizeOf(head: Uint8Array): { height: number; width: number } | undefined {
  const isPlain =
    begins('\x89PNG\r\n\x1a\n')(head) && begins('IHDR', 12)(head) && head.length >= 24;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (!isPlain || bytes.includes('eXIf')) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/**
 * Whether libvips may take a file for SVG, whatever it is called: it looks for the tag in its beginning, and unpacks what is
 * packed by gzip.
 */
export function mayBeSvg(head: Uint8Array): boolean {
  return begins('\x1f\x8b')(head) || /<(?:\w+:)?svg/i.test(latin(head, 0, headLength));
}

/** What commonly lies beside pictures and is no text. */
const beside = ['.db', '.ini', '.lnk', '.zip', '.gz', '.tgz', '.tar', '.bz2', '.xz', '.7z', '.rar'];

/** @param head The first `headLength` bytes; undefined where they cannot be read. */
export function recognize(name: string, head: Uint8Array | undefined): FileKind {
  const extension = extensionOf(name);
  const kind = head && kinds.find(({ is }) => is(head));
  if (kind?.name === 'TIFF' && raw.includes(extension)) return { is: 'unread', extension };
  if (kind && isDecoded(kind)) return { is: 'picture' };
  if (kind) {
    const [usual = ''] = kind.extensions;
    return { is: 'unread', extension: kind.extensions.includes(extension) ? extension : usual };
  }
  if (readExtensions.has(extension)) return { is: 'picture' };
  if (otherExtensions.has(extension)) return { is: 'unread', extension };
  if (beside.includes(extension)) return { is: 'beside' };
  if (head && isText(head)) return { is: 'beside' };
  // What cannot be opened is told among the broken ones, unless it is called as something else.
  if (!head) return extension === '' ? { is: 'picture' } : { is: 'beside' };
  return { is: 'unread', extension };
}

/** Whether bytes are text in UTF-8 or UTF-16; nothing at all counts as text. */
function isText(head: Uint8Array): boolean {
  if (begins('\xff\xfe')(head) || begins('\xfe\xff')(head)) return true;
  try {
    // The end may be cut within a character, so there is more to come.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells bytes from text.
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

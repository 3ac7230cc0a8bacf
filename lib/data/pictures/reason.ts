/** Why a picture does not decode. */
import sharp from 'sharp';
import { onOneLine } from '../../text.js';
import type { Listing } from './listing.js';
import { byItself } from './turns.js';

/**
 * What is wrong with a picture that did not decode, in some words that are this picture's own: it is read again, by itself, as
 * what libvips says while several pictures are decoded can be of another one.
 */
export async function reasonOf(listing: Listing, name: string, error: unknown): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await listing.bytes(name);
  } catch (unreadable) {
    return fileReason(unreadable);
  }
  if (bytes.length === 0) return 'empty file';
  if (isCutShort(bytes)) return 'cut short';
  const message = await byItself(async () => {
    try {
      await sharp(bytes, { failOn: 'error' }).raw().toBuffer();
      return (error as Error).message;
    } catch (own) {
      return (own as Error).message;
    }
  });
  return inWords(message);
}

function fileReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'a link that leads nowhere, or a file that is gone';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read (no permission)';
  if (code === 'ELOOP') return 'a link that leads round in circles';
  if (code?.startsWith('Z_')) return 'damaged: it cannot be unpacked';
  return code ?? firstLine(message);
}

function inWords(message: string): string {
  if (/unsupported image format/.test(message)) return 'holds no picture of a kind that is read';
  if (/premature end|unexpected end|bad seek|end of file/i.test(message)) return 'cut short';
  return firstLine(message.replace(/^Input (?:buffer|file) has corrupt header: /, ''));
}

/** A decoder may quote the file, which can have any characters in it. */
const firstLine = (message: string): string =>
  onOneLine((message.split('\n')[0] || 'does not decode').slice(0, 200));

/** Whether a PNG, JPEG or WebP ends before its end; decoders say it of others. */
function isCutShort(bytes: Buffer): boolean {
  const begins = (hex: string): boolean =>
    bytes.subarray(0, hex.length / 2).toString('hex') === hex;
  // Bytes may follow the end: some cameras append a preview.
  if (begins('89504e47')) return !bytes.includes('IEND');
  if (begins('ffd8ff')) return bytes.lastIndexOf('ffd9', undefined, 'hex') < 0;
  if (begins('52494646')) return bytes.length < 8 || bytes.length < bytes.readUInt32LE(4) + 8;
  return false;
}

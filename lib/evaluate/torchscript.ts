/** A user's TorchScript file as a feature extractor. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GanodeError, invalid } from '../errors.js';
import { openRegular } from '../files/read.js';
import { ioError } from '../files.js';
import { asPixels } from '../image/pixels.js';
import { type NativeExtractor, native } from '../native.js';
import { ranges, requireInRange, requireRanges } from '../ranges.js';
import type { Extraction, FeatureExtractor, ImageBatch } from './extractor.js';

export interface OpenTorchScriptOptions {
  /** The file. */
  path: string;
  /**
   * `'uint8'`: the module takes bytes, 0 … 255; `'float'`: numbers of `range`. Default `'uint8'` for a file whose name has
   * `inception` in it (StyleGAN's `inception-2015-12-05.pt`, which resizes and scales by itself), else `'float'`.
   */
  input?: 'uint8' | 'float';
  /** What black and white become, for `'float'`. Default [-1, 1]. */
  range?: readonly [number, number];
  /** [height, width] that images are resized to first, up to 4096 each, bilinear with antialiasing. Default: as they are. */
  size?: readonly [number, number];
  /** Channels that the module takes; grey images are repeated. Default 3. */
  channels?: number;
  /** Threads of the native side, 1 … 1024; default: as many as ATen picks. */
  threads?: number;
}

/**
 * Opens a TorchScript file whose `forward` takes N×C×H×W images and gives N×F features, or a pair of features and logits; a
 * `forward` with an argument `return_features` is called with it. A TorchScript file is a program: open only what you trust.
 *
 * Its id is a hash of the file and of how it is called.
 *
 * @throws GanodeError `INVALID_OPTION`; `IO` for a file that cannot be read; `INVALID_DATA` for one that is no TorchScript.
 */
export async function openTorchScript(options: OpenTorchScriptOptions): Promise<FeatureExtractor> {
  const { path, range = [-1, 1], size, channels = 3, threads } = options;
  const name = basename(path);
  const { input = /inception/i.test(name) ? 'uint8' : 'float' } = options;
  requireRanges({ threads, channels });
  check(input, range, size);
  const call = {
    input,
    range: [range[0], range[1]] as [number, number],
    ...(size && { size: [size[0], size[1]] as [number, number] }),
    channels,
  };
  const hash = createHash('sha256');
  try {
    await pipeline((await openRegular(path)).createReadStream(), hash);
  } catch (error) {
    throw ioError('read', path, error);
  }
  const settings = createHash('sha256').update(hash.digest()).update(JSON.stringify(call));
  const module = await native().openExtractor({
    path,
    ...call,
    ...(threads !== undefined && { threads }),
  });
  return new TorchScript(`torchscript-${settings.digest('hex').slice(0, 16)}`, name, module);
}

function check(
  input: string,
  [black, white]: readonly [number, number],
  size: readonly [number, number] | undefined,
): void {
  if (input !== 'uint8' && input !== 'float') throw invalid('input', "'uint8' or 'float'", input);
  if (!(Number.isFinite(black) && Number.isFinite(white) && black < white)) {
    throw invalid('range', 'a number for black and a larger one for white', `${black}, ${white}`);
  }
  for (const side of size ?? []) requireInRange('size', side, ranges.side);
}

class TorchScript implements FeatureExtractor {
  constructor(
    readonly id: string,
    readonly description: string,
    private readonly module: NativeExtractor,
  ) {}

  async extract({ shape, data: given }: ImageBatch): Promise<Extraction> {
    const data = asPixels(given, 'images.data');
    if (data instanceof Uint8Array) return this.module.extract({ shape, data });
    const message = `${this.description}: expected images of bytes but received float32`;
    throw new GanodeError('INVALID_DATA', message);
  }

  dispose(): Promise<void> {
    return this.module.dispose();
  }
}

import { readPixels } from './picture-file.ts';

/** Which pixels of a picture belong to a garment. */
export interface Mask {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** `height x width` bytes, 255 where the garment is and 0 elsewhere. */
  readonly data: Uint8Array;
}

/** Options of {@link readMask}. */
export interface ReadMaskOptions {
  /** Size that the mask is brought to, without new grey levels. @defaultValue its own size */
  readonly size?: readonly [width: number, height: number];
  /** Stops the reading; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a mask picture: what is lighter than the middle grey is garment. Specks are dropped, see {@link withoutSpecks}.
 *
 * @throws {@link PipelineError} `picture-unreadable` if it cannot be read.
 */
export async function readMask(path: string, { size, signal }: ReadMaskOptions = {}): Promise<Mask> {
  const { width, height, data } = await readPixels(path, {
    prepare: (picture) => {
      const grey = picture.flatten({ background: '#000000' }).removeAlpha().toColourspace('b-w');
      return size ? grey.resize(size[0], size[1], { fit: 'fill', kernel: 'nearest' }) : grey;
    },
    signal,
  });
  const solid = data.map((level) => (level > 127 ? 255 : 0));
  return { width, height, data: withoutSpecks({ width, height, data: solid }) };
}

/** Parts of a mask (8 neighbours) that are smaller than 4 % of the largest part are dropped. */
export function withoutSpecks({ width, height, data }: Mask): Uint8Array {
  const labels = new Int32Array(data.length);
  const areas = [0];
  const stack: number[] = [];
  const visit = (pixel: number, label: number): void => {
    if (data[pixel] === 0 || labels[pixel] !== 0) return;
    labels[pixel] = label;
    stack.push(pixel);
  };
  for (let start = 0; start < data.length; start += 1) {
    if (data[start] === 0 || labels[start] !== 0) continue;
    const label = areas.push(0) - 1;
    visit(start, label);
    let area = 0;
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      area += 1;
      const x = pixel % width;
      const y = (pixel - x) / width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row += 1) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column += 1) {
          visit(row * width + column, label);
        }
      }
    }
    areas[label] = area;
  }
  const least = 0.04 * areas.reduce((most, area) => Math.max(most, area));
  return data.map((level, pixel) => ((areas[labels[pixel] ?? 0] ?? 0) >= least ? level : 0));
}

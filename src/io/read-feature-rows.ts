import { closeSync, openSync, readSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { isUnitVector } from '../core/unit-vector.ts';
import { damagedIndex } from './damaged-index.ts';

/**
 * Reads the features of some rows of a shard; `path` is that of the `.f32` file. It blocks the calling thread, for some ten microseconds a row
 * when the file is in memory.
 *
 * The checksum is of the whole file and is not looked at; a feature has to be a unit vector.
 *
 * @throws PipelineError `store-invalid` that names the file when it is missing, too short or damaged.
 */
export function readFeatureRows(path: string, rows: readonly number[], featureLength: number): readonly Float32Array[] {
  let file: number | undefined;
  try {
    const opened = openSync(path, 'r');
    file = opened;
    return rows.map((row) => {
      const feature = new Float32Array(featureLength);
      const bytes = new Uint8Array(feature.buffer);
      const size = readSync(opened, bytes, 0, bytes.length, row * bytes.length);
      if (size !== bytes.length) throw new RangeError(`it ends inside row ${row}`);
      if (!isUnitVector(feature)) throw new RangeError(`the feature of row ${row} is no unit vector`);
      return feature;
    });
  } catch (cause) {
    throw damagedIndex(path, messageOf(cause), cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

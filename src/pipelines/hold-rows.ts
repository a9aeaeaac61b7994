import { rowErrors } from '../matching/quantise-queries.ts';
import { quantiseRows } from '../matching/quantise-rows.ts';
import { openHeldRows } from '../models/held-rows-session.ts';
import { type HeldBlock } from './scan-rows.ts';

/** Holds rows as bytes, to be multiplied by `scanProducts`: a quarter of the memory of `features`, which it does not keep. */
export async function holdRows(features: Float32Array, featureLength: number): Promise<HeldBlock & AsyncDisposable> {
  const { codes, steps, errors } = quantiseRows(features, featureLength);
  const added = rowErrors(errors);
  const session = await openHeldRows({ codes, steps, errors: added, featureLength });
  const largestError = added.reduce((most, error) => Math.max(most, error), 0);
  return { ...session, errors: added, largestError };
}

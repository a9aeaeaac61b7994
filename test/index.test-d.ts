import { type Observable, of } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  batchWhileBusy,
  type BoxFeature,
  Credits,
  exportDataset,
  type ExportReport,
  leased,
  type Leased,
  type Match,
  matchBoxes,
  matchDataset,
  pull,
  type RunReport,
} from '../src/index.ts';

declare const boxes: readonly BoxFeature[];
declare const stored: AsyncIterable<readonly BoxFeature[]>;

describe('the public API', () => {
  it('matches boxes from memory and from a stream', () => {
    expectTypeOf(matchBoxes({ queries: boxes, gallery: stored })).resolves.toEqualTypeOf<readonly Match[]>();
    // @ts-expect-error a gallery is needed
    expectTypeOf(matchBoxes({ queries: boxes })).resolves.toEqualTypeOf<readonly Match[]>();
  });

  it('reports a run', () => {
    expectTypeOf(matchDataset({ root: 'shop', out: 'run', device: 'cpu' })).resolves.toEqualTypeOf<RunReport>();
    // @ts-expect-error no such device
    expectTypeOf(matchDataset({ root: 'shop', out: 'run', device: 'tpu' })).resolves.toEqualTypeOf<RunReport>();
  });

  it('exports training data to one folder or two', () => {
    expectTypeOf(exportDataset({ roots: ['shop'], coco: 'coco' })).resolves.toEqualTypeOf<ExportReport>();
    expectTypeOf<ExportReport['crops']>().extract<undefined>().toBeUndefined();
    // @ts-expect-error roots are a list
    expectTypeOf(exportDataset({ roots: 'shop', crops: 'crops' })).resolves.toEqualTypeOf<ExportReport>();
  });

  it('carries the types of values through the flow', () => {
    const numbers = pull({ open: (): AsyncIterable<number> => (async function* () {})(), credits: new Credits(8) });
    expectTypeOf(numbers).toEqualTypeOf<Observable<Leased<number>>>();
    const double = batchWhileBusy({
      key: () => 0,
      maxBatch: 4,
      slots: 1,
      run: (batch: readonly number[]) => of(batch.map(String)),
    });
    expectTypeOf(double).toEqualTypeOf<(value: number) => Observable<string>>();
    expectTypeOf(leased<number, string>).returns.toBeFunction();
  });
});

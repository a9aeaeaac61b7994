import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openRunTrace } from '../../src/pipelines/run-trace.ts';
import { readTrace } from '../helpers/chrome-trace.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

describe('openRunTrace', () => {
  it('puts each place and slot on a row, with waits and warm-up told apart', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.json');
    await using trace = await openRunTrace(path);
    const at = performance.now();
    const times = { startMs: at + 1, endMs: at + 3.5 };
    trace.watch({ place: 'lane', slot: 1, name: 'detector', facts: { batch: 4 } })({ times, facts: { more: 'a' } });
    trace.watch({ place: 'lane', slot: 0, name: 'detector', isWarmUp: true })({ times });
    trace.watch({ place: 'decoder', slot: 0, name: 'wait for credit', isWait: true })({ times });
    trace.watch({ place: 'match', slot: 0, name: 'match' })();
    trace.watch({ place: 'match', slot: 0, name: 'match' })();
    trace.watch({ place: 'match', slot: 0, name: 'never ended' });
    await trace.close();
    const { rows } = await readTrace(path);
    expect([...rows.keys()]).toEqual(['lane 2', 'lane 1', 'ffmpeg 1', 'match']);
    const [work] = rows.get('lane 2') ?? [];
    expect(work).toMatchObject({ name: 'detector', cat: 'work', args: { batch: 4, more: 'a' } });
    expect(work?.dur).toBeCloseTo(2500, -1);
    expect(rows.get('lane 1')).toMatchObject([{ cat: 'warm-up', args: {} }]);
    expect(rows.get('ffmpeg 1')).toMatchObject([{ cat: 'wait' }]);
    expect(rows.get('match')).toHaveLength(2);
  });

  it('leaves nothing when it is not closed', async () => {
    await using folder = await temporaryFolder();
    {
      await using trace = await openRunTrace(join(folder.path, 'trace.json'));
      trace.watch({ place: 'match', slot: 0, name: 'match' })();
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('writes a counter when it has changed, at the end of the turn and at the end of the trace', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'trace.json');
    await using trace = await openRunTrace(path);
    let value = 0;
    trace.count(() => ({ value, still: 7 }));
    const end = trace.watch({ place: 'crop', slot: 0, name: 'crop' });
    value = 3;
    value = 2;
    await setImmediate();
    end();
    value = 4;
    await setImmediate();
    value = 5;
    await trace.close();
    const { counters } = await readTrace(path);
    expect(Object.fromEntries(counters)).toEqual({ value: [0, 2, 4, 5], still: [7] });
  });
});

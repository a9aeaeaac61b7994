import fc from 'fast-check';
import { lastValueFrom, NEVER, type Observable, of, Subject, tap, timer, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type StatsEvent, type WatchEvent } from '../../src/core/watch-event.ts';
import { watchEventSchema } from '../../src/io/watch-event-schema.ts';
import { watchGraph, type WatchGraphOptions } from '../../src/pipelines/watch-graph.ts';
import { defaultTracking } from '../../src/tracking/tracking-options.ts';
import {
  type Delays,
  type FailAt,
  type FakeFrame,
  type FakeStream,
  failure,
  fakeStream,
  shopItems,
  type StreamWitness,
} from './fake-stream.ts';

type Options = WatchGraphOptions & { readonly stop$: Observable<unknown> };

const plain: Options = {
  tracking: defaultTracking,
  lanes: 2,
  framesAtOnce: 4,
  detectorBatch: 4,
  embedderBatch: 8,
  whenBehind: 'wait',
  cutAt: 24,
  changeAt: 0,
  statsSeconds: 100,
  features: false,
  reconnects: () => 0,
  stop$: NEVER,
};
/** One thing at a time. */
const serial: Options = { ...plain, lanes: 1, framesAtOnce: 1, detectorBatch: 1, embedderBatch: 1 };

/** Scenes of a few frames, so that there is something to announce; a frame in a while is broken. */
const scene = fc
  .record({
    items: fc.array(fc.integer({ min: 0, max: shopItems }), { maxLength: 3 }),
    shade: fc.constantFrom(0, 5, 100, 200),
    length: fc.integer({ min: 1, max: 12 }),
    brokenAt: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ items, shade, length, brokenAt }) =>
    Array.from({ length }, (_, place): FakeFrame => ({ items, shade, isBroken: place === brokenAt })),
  );
const stream = fc.array(scene, { maxLength: 4 }).map((scenes) => scenes.flat());
const delays = fc.array(fc.constantFrom(0, 0, 1, 1, 1, 2), { minLength: 1, maxLength: 20 });
const flow = fc.record({
  lanes: fc.integer({ min: 1, max: 3 }),
  framesAtOnce: fc.integer({ min: 1, max: 6 }),
  detectorBatch: fc.integer({ min: 1, max: 4 }),
  embedderBatch: fc.integer({ min: 1, max: 6 }),
  cutAt: fc.constantFrom(24, 255),
  changeAt: fc.constantFrom(0, 0, 2),
});
const policy = fc.constantFrom<'wait' | 'drop-oldest'>('wait', 'drop-oldest');
const runs = { numRuns: 40 };

interface Run {
  readonly events: readonly WatchEvent[];
  readonly last: StatsEvent;
  readonly end: unknown;
  readonly witness: StreamWitness;
  /** Most frames that were being decoded or waited for their event. */
  readonly peak: number;
}

interface RunOf {
  readonly frames: readonly FakeFrame[];
  readonly waits?: Delays;
  readonly options?: Partial<Options>;
  readonly failAt?: FailAt | undefined;
}

/** Runs the graph to its end and holds it to what holds of every run. */
async function runToEnd({ frames, waits = [0], options = {}, failAt }: RunOf): Promise<Run> {
  const { arrivals, ports, witness } = fakeStream(frames, waits, failAt);
  const events: WatchEvent[] = [];
  let peak = 0;
  const graph$ = watchGraph(arrivals, ports, { ...plain, ...options });
  const end = await new Promise((resolve) => {
    graph$.subscribe({
      next: (event) => {
        events.push(event);
        const broken = witness.loaded.filter((index) => frames[index]!.isBroken).length;
        const shown = events.filter(({ type }) => type === 'frame').length;
        peak = Math.max(peak, witness.loaded.length - broken - shown + Number(event.type === 'frame'));
      },
      error: resolve,
      complete: () => resolve('complete'),
    });
  });
  for (const event of events) expect(watchEventSchema.parse(event)).toEqual(event);
  const [last, ...others] = events.flatMap((event) => (event.type === 'stats' ? [event] : []));
  if (!last) throw new TypeError('Expected a run to end with its stats');
  expect(events.at(-1)).toBe(last);
  expect({ isLast: last.isLast, others }).toEqual({ isLast: true, others: [] });
  const { came, ...parts } = last.frames;
  expect(Object.values(parts).reduce((sum, one) => sum + one, 0)).toBe(came);
  return { events, last, end, witness, peak };
}

/** Events without what the clock says. */
function timeless(events: readonly WatchEvent[]): readonly object[] {
  return events.map(({ at: _at, ...event }) => {
    const { latencyMs: _latencyMs, ...rest } = event as typeof event & { readonly latencyMs?: unknown };
    return rest;
  });
}

const shown = (items: readonly number[], length: number, shade = 0): readonly FakeFrame[] =>
  Array.from({ length }, () => ({ items, shade, isBroken: false }));

/** Lets everything happen that is not waiting for us. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('watchGraph', { timeout: 120_000 }, () => {
  it('says what is on show, when it changes, and when it ends', async () => {
    const frames = [...shown([1], 8), ...shown([2], 8, 200), ...shown([], 9, 200), ...shown([3], 6, 200)];
    const { events, end } = await runToEnd({ frames });
    const told = timeless(events).filter((event) => 'show' in event);
    expect(told).toMatchObject([
      { type: 'match', show: 1, item: 'item 1', picture: '0', frame: 2, since: 0, track: 1, box: [0, 0, 12, 12] },
      { type: 'end', show: 1, item: 'item 1', frame: 8, reason: 'cut' },
      { type: 'match', show: 2, item: 'item 2', frame: 10, track: 2 },
      { type: 'end', show: 2, item: 'item 2', frame: 23, reason: 'gone' },
      { type: 'match', show: 3, item: 'item 3', frame: 27, track: 3 },
      { type: 'end', show: 3, item: 'item 3', frame: 30, reason: 'over' },
    ]);
    expect(events.at(-1)).toMatchObject({ frames: { came: 31, processed: 31, underWay: 0 }, shows: 3 });
    expect(end).toBe('complete');
  });

  it('says of each frame which garments it has, by falling score, and what they look like', async () => {
    const { events } = await runToEnd({ frames: shown([3, 0], 2) });
    expect(events[1]).toMatchObject({
      type: 'frame',
      frame: 1,
      seconds: 0.2,
      isCut: false,
      boxes: [
        { track: 1, box: [0, 0, 12, 12], score: 0.9, nearest: { item: 'item 3', picture: '0' } },
        { track: 2, box: [12, 0, 24, 12], score: 0.8, nearest: { item: 'item 1', distance: 2 } },
      ],
    });
  });

  it('tells the features of boxes when they are asked for', async () => {
    const frames = shown([3, 1], 2);
    const [told] = (await runToEnd({ frames, options: { features: true } })).events;
    const features = [
      [0, 0, 0, 1, 0],
      [0, 1, 0, 0, 0],
    ];
    expect(told).toMatchObject({ boxes: features.map((feature) => ({ feature })) });
    const [plainly] = (await runToEnd({ frames })).events;
    expect(JSON.stringify(plainly)).not.toContain('feature');
  });

  it('asks the gallery nothing about a frame without garments', async () => {
    const { witness, events } = await runToEnd({ frames: shown([], 3) });
    expect(witness.calls.gallery).toBe(0);
    expect(events).toHaveLength(4);
  });

  it('gives just the last stats of an empty stream', async () => {
    const { events, end } = await runToEnd({ frames: [] });
    expect(timeless(events)).toEqual([
      {
        type: 'stats',
        isLast: true,
        frames: { came: 0, passedOver: 0, dropped: 0, failed: 0, processed: 0, underWay: 0 },
        shows: 0,
        reconnects: 0,
      },
    ]);
    expect(events).toMatchObject([{ latencyMs: null }]);
    expect(end).toBe('complete');
  });

  it('loses nothing when it waits, and says the same however it is run', async () => {
    await fc.assert(
      fc.asyncProperty(stream, delays, flow, async (frames, waits, options) => {
        const { events, last, end, witness, peak } = await runToEnd({ frames, waits, options });
        const { cutAt, changeAt } = options;
        const alone = await runToEnd({ frames, options: { ...serial, cutAt, changeAt } });
        expect(timeless(events)).toEqual(timeless(alone.events));
        expect(end).toBe('complete');
        expect(last.frames).toMatchObject({ came: frames.length, dropped: 0, underWay: 0 });
        expect(last.frames.failed).toBe(frames.filter(({ isBroken }) => isBroken).length);
        expect(witness.loaded).toEqual(frames.map((_, index) => index));
        // A frame that is passed over is not seen to leave.
        expect(peak - last.frames.passedOver).toBeLessThanOrEqual(options.framesAtOnce);
        expect(witness.openSources).toBe(0);
      }),
      runs,
    );
  });

  it('tells of frames in their order, and of what changes right after the frame', async () => {
    await fc.assert(
      fc.asyncProperty(stream, delays, flow, policy, async (frames, waits, options, whenBehind) => {
        const { events } = await runToEnd({ frames, waits, options: { ...options, whenBehind } });
        let frame = -1;
        const told: number[] = [];
        for (const event of events) {
          if (event.type === 'stats') continue;
          told.push(event.frame);
          if (event.type === 'frame') frame = Math.max(frame + 1, event.frame);
          expect(event.frame).toBe(Math.max(0, frame));
        }
        expect(told).toEqual(told.toSorted((a, b) => a - b));
      }),
      runs,
    );
  });

  it('accounts for every frame when it drops, and holds no more than it may', async () => {
    await fc.assert(
      fc.asyncProperty(stream, delays, flow, async (frames, waits, options) => {
        const { events, last, end, witness, peak } = await runToEnd({
          frames,
          waits,
          options: { ...options, whenBehind: 'drop-oldest' },
        });
        const { came, passedOver, dropped, failed, processed, underWay } = last.frames;
        expect(end).toBe('complete');
        expect({ came, underWay }).toEqual({ came: frames.length, underWay: 0 });
        expect(came).toBe(passedOver + dropped + failed + processed);
        expect(processed).toBe(events.filter(({ type }) => type === 'frame').length);
        expect(witness.loaded).toHaveLength(came - dropped);
        expect(failed).toBe(witness.loaded.filter((index) => frames[index]!.isBroken).length);
        expect(peak - passedOver).toBeLessThanOrEqual(options.framesAtOnce);
        // The newest is never given up.
        expect(witness.loaded.at(-1) ?? -1).toBe(frames.length - 1);
      }),
      runs,
    );
  });

  it('loads no more frames than there is room for, and those in full', async () => {
    const { arrivals, ports, witness } = fakeStream(shown([1], 20), [0]);
    const nearest = vi.fn(() => new Promise<never>(() => undefined));
    const subscription = watchGraph(
      arrivals,
      { ...ports, gallery: { picturesOf: () => 1, nearest } },
      plain,
    ).subscribe();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(witness.loaded).toEqual([0, 1, 2, 3]);
    expect(nearest).toHaveBeenCalledTimes(1);
    subscription.unsubscribe();
  });

  it('looks at the newest frame when there is room for one again', async () => {
    const { arrivals, ports, witness } = fakeStream(shown([1], 10), [0]);
    const answers: (() => void)[] = [];
    const nearest: typeof ports.gallery.nearest = async (queries, k) => {
      await new Promise<void>((resolve) => void answers.push(resolve));
      return ports.gallery.nearest(queries, k);
    };
    const options: Options = { ...plain, framesAtOnce: 1, whenBehind: 'drop-oldest' };
    const told = lastValueFrom(
      watchGraph(arrivals, { ...ports, gallery: { picturesOf: () => 1, nearest } }, options).pipe(toArray()),
    );
    const giveRoom = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await settle();
      answers.shift()?.();
    };
    await giveRoom();
    await giveRoom();
    expect(witness.loaded).toEqual([0, 9]);
    const events = await told;
    expect(events.at(-1)).toMatchObject({ frames: { came: 10, dropped: 8, processed: 2 } });
  });

  it('calls a change of the whole picture a cut, and passes over a frame that has hardly changed', async () => {
    const shades = [0, 1, 2, 30, 31, 200, 200, 0];
    const frames = shades.flatMap((shade) => shown([], 1, shade));
    const { events, last } = await runToEnd({ frames, options: { changeAt: 1.5 } });
    const seen = events.flatMap((event) => (event.type === 'frame' ? [[event.frame, event.isCut]] : []));
    expect(seen).toEqual([
      [0, false],
      [2, false],
      [3, true],
      [5, true],
      [7, true],
    ]);
    expect(last.frames).toMatchObject({ came: 8, passedOver: 3, processed: 5 });
  });

  it('wants more of a cut after a gap', async () => {
    for (const [shade, isCut] of [
      [28, false],
      [32, true],
    ] as const) {
      const frames = [0, 1, shade].map((level, place) => ({ items: [], shade: level, isBroken: place === 1 }));
      const { events } = await runToEnd({ frames });
      const seen = events.flatMap((event) => (event.type === 'frame' ? [[event.frame, event.isCut]] : []));
      expect(seen).toEqual([
        [0, false],
        [2, isCut],
      ]);
    }
  });

  it('counts a gap from the last frame that came, also where nothing had changed', async () => {
    const frames = [0, 1, 0, 1, 0, 28].flatMap((shade) => shown([], 1, shade));
    const { events } = await runToEnd({ frames, options: { changeAt: 4 } });
    const seen = events.flatMap((event) => (event.type === 'frame' ? [[event.frame, event.isCut]] : []));
    expect(seen).toEqual([
      [0, false],
      [5, true],
    ]);
  });

  it('counts a frame that cannot be decoded and goes on', async () => {
    const frames = [0, 1, 2, 3, 4, 5].map((place) => ({ items: [1], shade: 0, isBroken: place % 3 === 0 }));
    const { events, last } = await runToEnd({ frames });
    expect(last.frames).toMatchObject({ came: 6, failed: 2, processed: 4 });
    expect(events.flatMap((event) => (event.type === 'frame' ? [event.frame] : []))).toEqual([1, 2, 4, 5]);
  });

  it('ends with the last stats and then the error when a part fails at any moment', async () => {
    const part = fc.constantFrom<FailAt['part']>('source', 'load', 'detector', 'embedder', 'gallery');
    await fc.assert(
      fc.asyncProperty(
        stream,
        delays,
        flow,
        policy,
        fc.record({ part, call: fc.nat(20) }),
        async (frames, waits, options, whenBehind, failAt) => {
          const run = await runToEnd({ frames, waits, options: { ...options, whenBehind }, failAt });
          const isReached = run.witness.calls[failAt.part] > failAt.call;
          expect(run.end).toBe(isReached ? failure : 'complete');
          expectShowsToEnd(run.events);
          await vi.waitFor(() => expect(run.witness).toMatchObject({ openSources: 0, pending: 0 }), { interval: 2 });
          expect(run.witness.signal?.aborted ?? true).toBe(true);
        },
      ),
      runs,
    );
  });

  it('fails when the source cannot be opened', async () => {
    const { ports } = fakeStream([], [0]);
    const open = (): never => {
      throw failure;
    };
    const events: WatchEvent[] = [];
    const graph$ = watchGraph(open, ports, plain).pipe(tap((event) => events.push(event)));
    await expect(lastValueFrom(graph$)).rejects.toBe(failure);
    expect(events).toMatchObject([{ type: 'stats', isLast: true }]);
  });

  it('ends with the last stats, without an error, when it is stopped at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(stream, delays, flow, policy, fc.nat(25), async (frames, waits, options, whenBehind, ms) => {
        const run = await runToEnd({ frames, waits, options: { ...options, whenBehind, stop$: timer(ms) } });
        expect(run.end).toBe('complete');
        expectShowsToEnd(run.events);
        const { gallery } = run.witness.calls;
        await vi.waitFor(() => expect(run.witness).toMatchObject({ openSources: 0, pending: 0 }), { interval: 2 });
        await settle();
        expect(run.witness.calls.gallery).toBe(gallery);
        expect(run.witness.signal?.aborted ?? true).toBe(true);
      }),
      runs,
    );
  });

  it.each(['source', 'detector', 'gallery'] as const)(
    'does not wait for a %s that hangs when it is stopped',
    async (part) => {
      const { arrivals, ports, witness } = fakeStream(shown([1], 9), [0]);
      const stop$ = new Subject<void>();
      const stuck = hanging(part, { arrivals, ports });
      const events: WatchEvent[] = [];
      let isComplete = false;
      watchGraph(stuck.arrivals, stuck.ports, { ...plain, stop$ }).subscribe({
        next: (event) => events.push(event),
        complete: () => (isComplete = true),
      });
      for (let turn = 0; turn < 20; turn += 1) await settle();
      expect(isComplete).toBe(false);
      stop$.next();
      expect(isComplete).toBe(true);
      expect(events.at(-1)).toMatchObject({ type: 'stats', isLast: true });
      expect(stop$.observed).toBe(false);
      await settle();
      expect(witness.openSources).toBe(0);
    },
  );

  it('starts nothing when it is stopped before it begins', async () => {
    const { events, end, witness } = await runToEnd({ frames: shown([1], 3), options: { stop$: of(1) } });
    expect(events).toHaveLength(1);
    expect(end).toBe('complete');
    expect(witness.signal).toBeUndefined();
  });

  it('leaves nothing behind when it is unsubscribed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(stream, delays, flow, policy, fc.nat(25), async (frames, waits, options, whenBehind, ms) => {
        const { arrivals, ports, witness } = fakeStream(frames, waits);
        const events: WatchEvent[] = [];
        const subscription = watchGraph(arrivals, ports, { ...plain, ...options, whenBehind }).subscribe((event) =>
          events.push(event),
        );
        await new Promise((resolve) => void setTimeout(resolve, ms));
        subscription.unsubscribe();
        const told = events.length;
        expect(witness.signal?.aborted ?? true).toBe(true);
        const { gallery, detector, embedder } = witness.calls;
        await vi.waitFor(() => expect(witness).toMatchObject({ openSources: 0, pending: 0 }), { interval: 2 });
        await settle();
        expect(witness.calls).toMatchObject({ gallery, detector, embedder });
        expect(events).toHaveLength(told);
      }),
      runs,
    );
  });

  it.each(['stopped', 'unsubscribed'] as const)('judges none of the frames that wait when it is %s', async (how) => {
    const { arrivals, ports } = fakeStream(shown([1], 9), [0]);
    const nearest = vi.fn(() => new Promise<never>(() => undefined));
    const stop$ = new Subject<void>();
    const subscription = watchGraph(
      arrivals,
      { ...ports, gallery: { picturesOf: () => 1, nearest } },
      { ...plain, stop$ },
    ).subscribe();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    if (how === 'stopped') stop$.next();
    else subscription.unsubscribe();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(nearest).toHaveBeenCalledTimes(1);
  });

  it('judges no further frame before the events so far have been taken', async () => {
    const { arrivals, ports } = fakeStream(shown([1], 4), [0]);
    const taken: (() => void)[] = [];
    const events: WatchEvent[] = [];
    let delivered: Promise<void> | undefined;
    let isComplete = false;
    watchGraph(arrivals, ports, { ...plain, delivered: () => delivered }).subscribe({
      next: (event) => {
        events.push(event);
        delivered = new Promise((resolve) => void taken.push(resolve));
      },
      complete: () => (isComplete = true),
    });
    const rest = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await settle();
    };
    await rest();
    expect(events).toHaveLength(1);
    taken.shift()?.();
    await rest();
    expect(events).toHaveLength(2);
    for (let turn = 0; turn < 5; turn += 1) {
      taken.shift()?.();
      await rest();
    }
    expect(isComplete).toBe(true);
    expect(events.filter(({ type }) => type === 'frame')).toHaveLength(4);
  });

  it('tells its stats from time to time, until it ends', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { arrivals, ports } = fakeStream(shown([1], 2), [0]);
      const stuck = hanging('source', { arrivals, ports });
      const stop$ = new Subject<void>();
      const told: StatsEvent[] = [];
      let reconnects = 0;
      watchGraph(stuck.arrivals, ports, { ...plain, statsSeconds: 2, stop$, reconnects: () => reconnects }).subscribe(
        (event) => void (event.type === 'stats' && told.push(event)),
      );
      for (let turn = 0; turn < 20; turn += 1) await settle();
      vi.advanceTimersByTime(1999);
      expect(told).toEqual([]);
      vi.advanceTimersByTime(1);
      reconnects = 3;
      vi.advanceTimersByTime(2000);
      expect(told).toMatchObject([
        { isLast: false, frames: { came: 2, processed: 2 }, reconnects: 0, latencyMs: {} },
        { isLast: false, reconnects: 3 },
      ]);
      stop$.next();
      expect(told.at(-1)).toMatchObject({ isLast: true });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is a run of its own for each subscriber', async () => {
    const { arrivals, ports } = fakeStream(shown([1], 8), [1]);
    const graph$ = watchGraph(arrivals, ports, plain).pipe(toArray());
    const [one, other] = await Promise.all([lastValueFrom(graph$), lastValueFrom(graph$)]);
    expect(timeless(one)).toEqual(timeless(other));
    expect(one.at(-1)).toMatchObject({ shows: 1, frames: { came: 8, processed: 8 } });
  });

  it.each([
    { name: 'framesAtOnce', options: { framesAtOnce: 0 } },
    { name: 'statsSeconds', options: { statsSeconds: 0.09 } },
  ])('refuses a $name that is too small when it is laid out', ({ name, options }) => {
    const { arrivals, ports } = fakeStream([], [0]);
    expect(() => watchGraph(arrivals, ports, { ...plain, ...options })).toThrow(`Expected \`${name}\``);
  });
});

/** Every show that was announced has ended, once. */
function expectShowsToEnd(events: readonly WatchEvent[]): void {
  const numbersOf = (type: 'match' | 'end'): readonly number[] =>
    events.flatMap((event) => (event.type === type ? [event.show] : []));
  expect(numbersOf('end').toSorted((a, b) => a - b)).toEqual(numbersOf('match'));
}

/** The same, but that `part` never answers; the source gives its frames and hangs until its signal aborts. */
function hanging(
  part: 'source' | 'detector' | 'gallery',
  { arrivals, ports }: Pick<FakeStream, 'arrivals' | 'ports'>,
): Pick<FakeStream, 'arrivals' | 'ports'> {
  if (part === 'detector')
    return { arrivals, ports: { ...ports, detector: { ...ports.detector, detect: () => NEVER } } };
  if (part === 'gallery') {
    return {
      arrivals,
      ports: { ...ports, gallery: { picturesOf: () => 1, nearest: () => new Promise<never>(() => undefined) } },
    };
  }
  return {
    ports,
    arrivals: async function* (signal, counts) {
      yield* arrivals(signal, counts);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
}

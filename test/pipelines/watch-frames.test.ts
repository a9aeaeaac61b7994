import { concat, from, lastValueFrom, type Observable, of, Subject, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type LiveFrame } from '../../src/core/live-frame.ts';
import { type WatchEvent } from '../../src/core/watch-event.ts';
import { watchFrames, type WatchFramesOptions } from '../../src/pipelines/watch-frames.ts';
import { framesAtOnceFor, type WatchOptions, watchSettings } from '../../src/pipelines/watch-options.ts';
import { defaultTracking } from '../../src/tracking/tracking-options.ts';
import { fakeStream } from '../graph/fake-stream.ts';

const error = new Error('the camera has gone');

/** Lets everything happen that is not waiting for us. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const frames = Array.from({ length: 6 }, (_, place): LiveFrame => {
  const data = new Uint8Array(48 * 12 * 3);
  data.set([1, 1]);
  return { index: place * 5, seconds: place / 5, image: { width: 48, height: 12, data } };
});

/** Models whose answers come from the pixels; their crops are cut by the real cropper, and look like nothing. */
function watch(source: Observable<LiveFrame> | AsyncIterable<LiveFrame>, options: Partial<WatchFramesOptions> = {}) {
  const { ports } = fakeStream([], [0]);
  const models = { detector: ports.detector, embedder: ports.embedder, device: { lanes: 2 } };
  return watchFrames(source, ports.gallery, { models, ...options });
}

const framesOf = (events: readonly WatchEvent[]): readonly number[] =>
  events.flatMap((event) => (event.type === 'frame' ? [event.frame] : []));

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) {
    await settle();
    yield value;
  }
}

describe('watchFrames', () => {
  it.each([
    { what: 'an Observable', open: (): Observable<LiveFrame> => from(frames) },
    { what: 'an async iterable', open: (): AsyncIterable<LiveFrame> => each(frames) },
  ])('tells of every frame of $what, by its own index and time', async ({ open }) => {
    const events = await lastValueFrom(watch(open()).pipe(toArray()));
    expect(framesOf(events)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(events[5]).toMatchObject({ type: 'frame', seconds: 1, boxes: [{ track: 1 }] });
    expect(events.at(-1)).toMatchObject({
      type: 'stats',
      isLast: true,
      frames: { came: 6, processed: 6, dropped: 0 },
      reconnects: 0,
    });
  });

  it('gives up what an Observable pushes too fast when it may', async () => {
    const events = await lastValueFrom(watch(from(frames), { whenBehind: 'drop-oldest' }).pipe(toArray()));
    const last = events.at(-1);
    expect(last).toMatchObject({ isLast: true, frames: { came: 6 } });
    expect(framesOf(events).at(-1)).toBe(25);
    expect(framesOf(events).length).toBeLessThan(6);
  });

  it('fails with its source, after the last stats', async () => {
    const source = concat(
      from(frames),
      throwError(() => error),
    );
    const events: WatchEvent[] = [];
    const end = await new Promise((resolve) => {
      watch(source).subscribe({
        next: (event) => events.push(event),
        error: resolve,
        complete: () => resolve('complete'),
      });
    });
    expect(end).toBe(error);
    expect(events.at(-1)).toMatchObject({ type: 'stats', isLast: true });
  });

  it('leaves its source when it is unsubscribed', async () => {
    const source = new Subject<LiveFrame>();
    const subscription = watch(source).subscribe();
    await settle();
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    await settle();
    expect(source.observed).toBe(false);
  });

  it('subscribes anew for each subscriber', async () => {
    const events$ = watch(from(frames)).pipe(toArray());
    const [one, other] = [await lastValueFrom(events$), await lastValueFrom(events$)];
    expect(framesOf(other)).toEqual(framesOf(one));
  });

  it('refuses an option that is out of range when it is called', () => {
    expect(() => watch(of(), { framesAtOnce: 0 })).toThrow('Expected `framesAtOnce` to be an integer');
  });
});

describe('watchSettings', () => {
  it('fills in what is not given', () => {
    expect(watchSettings({})).toMatchObject({
      tracking: defaultTracking,
      whenBehind: 'wait',
      framesAtOnce: undefined,
      cutAt: 24,
      changeAt: 0,
      statsSeconds: 10,
    });
  });

  it('keeps what is given', () => {
    const given = { whenBehind: 'drop-oldest', framesAtOnce: 3, cutAt: 1, changeAt: 2, statsSeconds: 0.1 } as const;
    expect(watchSettings({ ...given, tracking: { holdBoxes: 9 } })).toMatchObject({
      ...given,
      tracking: { ...defaultTracking, holdBoxes: 9 },
    });
  });

  it('doubts below where it announces, if that is less than it would be by itself', () => {
    expect(watchSettings({ tracking: { announceAt: 0.3 } }).tracking.doubtBelow).toBe(0.3);
    expect(watchSettings({ tracking: { announceAt: 0.5 } }).tracking.doubtBelow).toBe(0.4);
  });

  it.each<[string, WatchOptions]>([
    ['framesAtOnce', { framesAtOnce: 1.5 }],
    ['cutAt', { cutAt: 256 }],
    ['changeAt', { changeAt: -1 }],
    ['statsSeconds', { statsSeconds: 0 }],
    ['tracking.minOverlap', { tracking: { minOverlap: 1.1 } }],
    ['tracking.minLikeness', { tracking: { minLikeness: -1.1 } }],
    ['tracking.sureLikeness', { tracking: { sureLikeness: NaN } }],
    ['tracking.halfLifeSeconds', { tracking: { halfLifeSeconds: 0 } }],
    ['tracking.lingerSeconds', { tracking: { lingerSeconds: -0.1 } }],
    ['tracking.evenDistance', { tracking: { evenDistance: 4.1 } }],
    ['tracking.temperature', { tracking: { temperature: 0 } }],
    ['tracking.announceAt', { tracking: { announceAt: 1.1 } }],
    ['tracking.doubtBelow', { tracking: { announceAt: 0.5, doubtBelow: 0.6 } }],
    ['tracking.holdSeconds', { tracking: { holdSeconds: -1 } }],
    ['tracking.holdBoxes', { tracking: { holdBoxes: 0 } }],
  ])('refuses a `%s` that is out of range', (name, options) => {
    expect(() => watchSettings(options)).toThrow(`Expected \`${name}\``);
  });

  it('refuses a policy that it does not know', () => {
    // @ts-expect-error
    expect(() => watchSettings({ whenBehind: 'drop-newest' })).toThrow('Expected `whenBehind`');
  });
});

describe('framesAtOnceFor', () => {
  it('keeps a frame ready for every lane', () => {
    expect(framesAtOnceFor(3)).toBe(6);
  });
});

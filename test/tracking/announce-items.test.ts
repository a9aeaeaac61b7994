import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate } from '../../src/core/watch-event.ts';
import { announceItems, type Change, type RankedTrack } from '../../src/tracking/announce-items.ts';
import { defaultTracking, type TrackingOptions } from '../../src/tracking/tracking-options.ts';

/**
 * A stream, drawn: one line a track, one character a frame, five frames a second where nothing else is said.
 *
 * `A` is item A with confidence, `a` the same between doubt and confidence, `x` (of A), `y` (of B) and `z` (of C) in doubt, `?` no
 * candidate at all, `.` is not seen. In `cuts`, `|` is a cut before the frame.
 */
interface Stream {
  readonly tracks: readonly string[];
  readonly cuts?: string;
  readonly options?: Partial<TrackingOptions>;
  /** Frames that went by before. */
  readonly from?: number;
  /** Seconds between two frames. */
  readonly apart?: number;
}

const confidences = [
  { letters: 'ABC', confidence: 0.9 },
  { letters: 'abc', confidence: 0.6 },
  { letters: 'xyz', confidence: 0.3 },
];

function candidatesOf(letter: string): readonly Candidate[] {
  for (const { letters, confidence } of confidences) {
    const place = letters.indexOf(letter);
    if (place === -1) continue;
    const base = { picture: '0', pictureBox: [0, 0, 9, 9] as const, distance: 0.5 };
    return [
      { ...base, item: 'ABC'[place]!, confidence },
      { ...base, item: 'other', confidence: 0.01 },
    ];
  }
  return [];
}

interface Told {
  readonly frame: number;
  readonly seconds: number;
  readonly change: Change;
  /** What the tracks of the frame say. */
  readonly seen: readonly RankedTrack[];
}

/** Plays the stream; tracks are lost as `linkBoxes` loses them. The end of the stream is frame -1. */
function play({ tracks, cuts = '', options, from = 0, apart = 0.2 }: Stream): readonly Told[] {
  const bounds = { ...defaultTracking, holdSeconds: 0.8, holdBoxes: 4, ...options };
  const announcer = announceItems(bounds);
  const live = new Map<number, { readonly since: number; lastSeen: number }>();
  /** A line that goes on after its track was lost goes on as another track: 1, 11, 21, ... */
  const goneOn: number[] = [];
  const idAt = (place: number): number => place + 1 + 10 * (goneOn[place + 1] ?? 0);
  const told: Told[] = [];
  const length = Math.max(cuts.length, ...tracks.map((line) => line.length));
  for (let frame = 0; frame < length; frame += 1) {
    const seconds = (from + frame) / (1 / apart);
    const before = (from + frame - 1) / (1 / apart);
    const isCut = cuts[frame] === '|';
    const trackOf = (id: number, { since, lastSeen }: { readonly since: number; readonly lastSeen: number }) => {
      const box = [id, frame, 90, 90] as const;
      return { id, since, lastSeen, box, score: 0.9, feature: Float32Array.of(1) };
    };
    const lost = [...live]
      .filter(([, { lastSeen }]) => isCut || (lastSeen < before && seconds - lastSeen > bounds.lingerSeconds + 1e-9))
      .map(([id, one]) => trackOf(id, one));
    for (const { id } of lost) {
      live.delete(id);
      goneOn[id % 10] = (goneOn[id % 10] ?? 0) + 1;
    }
    const seen = tracks.flatMap((line, place): readonly RankedTrack[] => {
      const letter = line[frame] ?? '.';
      if (letter === '.') return [];
      const id = idAt(place);
      const one = live.get(id) ?? { since: seconds, lastSeen: seconds };
      one.lastSeen = seconds;
      live.set(id, one);
      return [{ track: trackOf(id, one), candidates: candidatesOf(letter) }];
    });
    const changes = announcer.judge({ seconds, seen, lost, isCut });
    told.push(...changes.map((change) => ({ frame, seconds, change, seen })));
  }
  told.push(...announcer.finish().map((change) => ({ frame: -1, seconds: NaN, change, seen: [] })));
  expect(announcer.finish()).toEqual([]);
  return told;
}

/** `4 match 1 A`: frame, what happened, number of the show, item. */
function linesOf(told: readonly Told[]): readonly string[] {
  return told.map(({ frame, change }) => {
    const when = frame === -1 ? 'at the end' : frame;
    if (change.type === 'end') return `${when}: ${change.show} ${change.item} ${change.reason}`;
    const was = change.type === 'revise' ? ` was ${change.was}` : '';
    return `${when}: ${change.show} ${change.best.item}${was} on track ${change.track}`;
  });
}

const over = (show: number, item: string): string => `at the end: ${show} ${item} over`;

describe('announceItems', () => {
  it.each<Stream & { what: string; told: readonly string[] }>([
    {
      what: 'announces an item that was said for long enough, and ends it with the stream',
      tracks: ['AAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    { what: 'announces nothing before', tracks: ['AAAA'], told: [] },
    {
      what: 'announces once the seconds are over, however many the boxes',
      tracks: ['AAAAAAA'],
      options: { holdSeconds: 1.2, holdBoxes: 1 },
      told: ['6: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'announces once there are boxes enough, however long that takes',
      tracks: ['AA..A..A'],
      told: ['7: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'announces at once where it need not be held',
      tracks: ['A'],
      options: { holdSeconds: 0, holdBoxes: 1 },
      told: ['0: 1 A on track 1', over(1, 'A')],
    },
    { what: 'announces nothing of a track without confidence', tracks: ['aaaaaaaa'], told: [] },
    { what: 'announces nothing of a track that looks like nothing', tracks: ['????????'], told: [] },
    {
      what: 'counts anew after a frame without confidence',
      tracks: ['AAAaAAAAA'],
      told: ['8: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'counts anew after another item',
      tracks: ['AAABAAAAA'],
      told: ['8: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'keeps an item that is said with less confidence from then on',
      tracks: ['AAAAAaaaaaaaaa'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'ends an item that has been in doubt for as long',
      tracks: ['AAAAAxxxxx'],
      told: ['4: 1 A on track 1', '9: 1 A doubtful'],
    },
    {
      what: 'ends an item when there is no candidate for as long',
      tracks: ['AAAAA?????'],
      told: ['4: 1 A on track 1', '9: 1 A doubtful'],
    },
    {
      what: 'ends an item when another is likelier for as long, of which it is not sure',
      tracks: ['AAAAAbbbbb'],
      told: ['4: 1 A on track 1', '9: 1 A doubtful'],
    },
    {
      what: 'keeps an item that is in doubt for less',
      tracks: ['AAAAAxxxxAxxxxaxxxxA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'announces an item again after doubt, as another show',
      tracks: ['AAAAAxxxxxAAAAA'],
      told: ['4: 1 A on track 1', '9: 1 A doubtful', '14: 2 A on track 1', over(2, 'A')],
    },
    {
      what: 'revises an item when its track has said another for as long',
      tracks: ['AAAAABBBBBB'],
      told: ['4: 1 A on track 1', '9: 1 B was A on track 1', over(1, 'B')],
    },
    {
      what: 'revises nothing when its track comes back',
      tracks: ['AAAAABBBBAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'revises again, and back',
      tracks: ['AAAAABBBBBAAAAA'],
      told: ['4: 1 A on track 1', '9: 1 B was A on track 1', '14: 1 A was B on track 1', over(1, 'A')],
    },
    {
      what: 'announces the item that was revised away when it is seen elsewhere',
      tracks: ['AAAAABBBBBBBBBB', '..........AAAAA'],
      told: ['4: 1 A on track 1', '9: 1 B was A on track 1', '14: 2 A on track 2', over(1, 'B'), over(2, 'A')],
    },
    {
      what: 'ends an item when its track was not seen for long enough',
      tracks: ['AAAAA........', '.............'],
      told: ['4: 1 A on track 1', '12: 1 A gone'],
    },
    {
      what: 'keeps an item whose track was not seen for less',
      tracks: ['AAAAA......A'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'keeps an item through frames that are further apart than it may be away',
      tracks: ['AAAAxxAA'],
      apart: 5,
      told: ['3: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'ends an item that was away for one of such frames',
      tracks: ['AAAAA..'],
      apart: 5,
      told: ['3: 1 A on track 1', '6: 1 A gone'],
    },
    {
      what: 'ends everything at a cut',
      tracks: ['AAAAA.', 'BBBBB.'],
      cuts: '     |',
      told: ['4: 1 A on track 1', '4: 2 B on track 2', '5: 1 A cut', '5: 2 B cut'],
    },
    {
      what: 'announces an item anew after a cut, and ends the old show first',
      tracks: ['AAAAAAAAAAAA'],
      cuts: '      |',
      told: ['4: 1 A on track 1', '6: 1 A cut', '10: 2 A on track 11', over(2, 'A')],
    },
    {
      what: 'forgets at a cut what was said before it',
      tracks: ['AAAAAAA'],
      cuts: '   |',
      told: [],
    },
    {
      what: 'is one show of two tracks that say the same',
      tracks: ['AAAAAAAAA', '..AAAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'is one show of two tracks that say the same at the same time',
      tracks: ['AAAAAA', 'AAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'keeps a show while one of its tracks is there',
      tracks: ['AAAAAAA...............', '..AAAAAAAAAAAAAAAAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'keeps a show while one of its tracks has no doubt',
      tracks: ['AAAAAAAxxxxxxx', '..AAAAAAAAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'ends a show when its last track has doubt',
      tracks: ['AAAAAAAxxxxxxxxxx', '..AAAAAAAAxxxxxxx'],
      told: ['4: 1 A on track 1', '14: 1 A doubtful'],
    },
    {
      what: 'begins a show of a track that leaves another to say something else',
      tracks: ['AAAAAAAAAAAAAA', 'AAAAAAAAABBBBB'],
      told: ['4: 1 A on track 1', '13: 2 B on track 2', over(1, 'A'), over(2, 'B')],
    },
    {
      what: 'ends the show that such a track has left when its other tracks are gone',
      tracks: ['AAAAAAAA..............', 'AAAAAAAAABBBBBBBBBBBBB'],
      told: ['4: 1 A on track 1', '13: 2 B on track 2', '21: 1 A gone', over(2, 'B')],
    },
    {
      what: 'ends a show whose track comes to say what another show has',
      tracks: ['AAAAAAAAAAAA', 'BBBBBBAAAAAA'],
      told: ['4: 1 A on track 1', '4: 2 B on track 2', '10: 2 B merged', over(1, 'A')],
    },
    {
      what: 'keeps the show that a track leaves for another when it has more tracks',
      tracks: ['AAAAAAAAAAAA', 'BBBBBBAAAAAA', 'BBBBBBBBBBBB'],
      told: ['4: 1 A on track 1', '4: 2 B on track 2', over(1, 'A'), over(2, 'B')],
    },
    {
      what: 'sorts out two tracks that change places',
      tracks: ['AAAAABBBBBB', 'BBBBBAAAAAA'],
      told: [
        '4: 1 A on track 1',
        '4: 2 B on track 2',
        '9: 1 A merged',
        '9: 3 A on track 2',
        over(2, 'B'),
        over(3, 'A'),
      ],
    },
    {
      what: 'goes on with a garment that comes back as another track',
      tracks: ['AAAAA..............', '.......AAAAAAAAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'goes on with a garment that comes back just in time, before it is sure',
      tracks: ['AAAAA..............', '...........AAAAAAAA'],
      told: ['4: 1 A on track 1', over(1, 'A')],
    },
    {
      what: 'begins another show of a garment that comes back too late',
      tracks: ['AAAAA..............', '............AAAAAAA'],
      told: ['4: 1 A on track 1', '12: 1 A gone', '16: 2 A on track 2', over(2, 'A')],
    },
    {
      what: 'gives up waiting for a garment that was another one after all',
      tracks: ['AAAAA..............', '..........AAABBBBBB'],
      told: ['4: 1 A on track 1', '14: 1 A gone', '17: 2 B on track 2', over(2, 'B')],
    },
    {
      what: 'does not wait for a garment across a cut',
      tracks: ['AAAAA..............', '..........AAA......'],
      cuts: '             |     ',
      told: ['4: 1 A on track 1', '13: 1 A cut'],
    },
    {
      what: 'ends what is gone before it announces what has come',
      tracks: ['AAAAA........', '........BBBBB'],
      told: ['4: 1 A on track 1', '12: 1 A gone', '12: 2 B on track 2', over(2, 'B')],
    },
  ])('$what', ({ told, ...stream }) => {
    expect(linesOf(play(stream))).toEqual(told);
  });

  it('says where and since when an item is on show, and what else it may be', () => {
    const [match, revise, end] = play({ tracks: ['?AAAAABBBBB'] }).map(({ change }) => change);
    expect(match).toEqual({
      type: 'match',
      show: 1,
      since: 0,
      track: 1,
      box: [1, 5, 90, 90],
      best: { item: 'A', picture: '0', pictureBox: [0, 0, 9, 9], distance: 0.5, confidence: 0.9 },
      runnerUp: { item: 'other', picture: '0', pictureBox: [0, 0, 9, 9], distance: 0.5, confidence: 0.01 },
    });
    expect(revise).toMatchObject({
      type: 'revise',
      show: 1,
      was: 'A',
      since: 0,
      box: [1, 10, 90, 90],
      best: { item: 'B' },
    });
    expect(end).toEqual({ type: 'end', show: 1, item: 'B', since: 0, until: 2, reason: 'over' });
  });

  it('has no runner-up where there is one candidate', () => {
    const announcer = announceItems({ ...defaultTracking, holdSeconds: 0, holdBoxes: 1 });
    const track = { id: 1, since: 0, lastSeen: 0, box: [0, 0, 9, 9] as const, score: 1, feature: Float32Array.of(1) };
    const seen = [{ track, candidates: candidatesOf('A').slice(0, 1) }];
    expect(announcer.judge({ seconds: 0, seen, lost: [], isCut: false })).toMatchObject([
      { type: 'match', runnerUp: null },
    ]);
  });

  it.each<Stream & { what: string; since: number; until: number }>([
    { what: 'from the first box of the track to the last', tracks: ['??AAAAA..........'], since: 0, until: 1.2 },
    { what: 'from the first of its tracks', tracks: ['..AAAAA..........', 'xxxxAAAAA........'], since: 0, until: 1.6 },
    { what: 'to the last of its tracks', tracks: ['AAAAAAAA.........', '..AAAAA..........'], since: 0, until: 1.4 },
    { what: 'to the last box of a track in doubt', tracks: ['AAAAAxxxxx'], since: 0, until: 1.8 },
    { what: 'over a gap', tracks: ['AAAAA.....................', '.......AAAAAAA............'], since: 0, until: 2.6 },
  ])('is on show $what', ({ since, until, ...stream }) => {
    expect(play(stream).at(-1)?.change).toMatchObject({ type: 'end', since, until: expect.closeTo(until, 9) });
  });

  const letter = fc.constantFrom(...'AAAABBCabxyz?.'.split(''));
  const burst = fc.tuple(letter, fc.integer({ min: 1, max: 12 })).map(([one, length]) => one.repeat(length));
  const line = fc.array(burst, { maxLength: 6 }).map((bursts) => bursts.join(''));
  const cuts = fc.array(fc.constantFrom(...'         |'.split('')), { maxLength: 60 }).map((marks) => marks.join(''));
  const stream = fc.record({ tracks: fc.array(line, { minLength: 1, maxLength: 4 }), cuts });
  const runs = { numRuns: 300 };

  it('numbers its shows, ends each once, revises open ones only, and has no two of one item', () => {
    fc.assert(
      fc.property(stream, (drawn) => {
        const open = new Map<number, string>();
        let count = 0;
        for (const { change } of play(drawn)) {
          const isNew = change.type === 'match';
          expect(isNew).toBe(!open.has(change.show));
          // What the show was said to be before: nothing, what is revised, what is ended.
          const was = { match: undefined, revise: 'was' in change && change.was, end: 'item' in change && change.item };
          expect(open.get(change.show)).toBe(was[change.type]);
          expect('best' in change && change.best.item).not.toBe(open.get(change.show));
          if (isNew) count += 1;
          expect(change.show).toBeLessThanOrEqual(count);
          if (change.type === 'end') open.delete(change.show);
          else open.set(change.show, change.best.item);
          expect(new Set(open.values()).size).toBe(open.size);
          expect(isNew ? change.show : count).toBe(count);
        }
        expect(open.size).toBe(0);
      }),
      runs,
    );
  });

  it('announces and revises only what a track says with confidence in that frame', () => {
    fc.assert(
      fc.property(stream, (drawn) => {
        for (const { change, seen } of play(drawn)) {
          if (change.type === 'end') continue;
          const said = seen.find(({ track }) => track.id === change.track);
          expect(said?.candidates[0]).toEqual(change.best);
          expect(said?.candidates[1]).toEqual(change.runnerUp);
          expect(said?.track.box).toEqual(change.box);
          expect(change.best.confidence).toBeGreaterThanOrEqual(defaultTracking.announceAt);
        }
      }),
      runs,
    );
  });

  it('ends a show when the garment has been away for as long, and no sooner', () => {
    fc.assert(
      fc.property(stream, (drawn) => {
        for (const { change, seconds } of play(drawn)) {
          if (change.type !== 'end' || change.reason !== 'gone') continue;
          expect(seconds - change.until).toBeGreaterThan(defaultTracking.lingerSeconds);
        }
      }),
      runs,
    );
  });

  it('ends a show by the last box of all its tracks, whenever the stream begins', () => {
    // Track 2 leaves in doubt at frame 10, track 1 was seen last at frame 4: gone is what is later than 1.6 s after frame 10.
    const tracks = ['AAAAA................', '.AAAAAxxxxx..........'];
    for (let from = 0; from < 300; from += 1) {
      const told = linesOf(play({ tracks, options: { lingerSeconds: 1.6 }, from }));
      expect(told).toEqual(['4: 1 A on track 1', '19: 1 A gone']);
    }
  });

  it('says the same whenever the stream begins', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 500_000 }), (drawn, from) => {
        expect(linesOf(play({ ...drawn, from }))).toEqual(linesOf(play(drawn)));
      }),
      runs,
    );
  });
});

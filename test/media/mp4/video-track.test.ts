import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxesIn, makeBox, words } from '../../../src/media/mp4/boxes.ts';
import { readVideoTrack } from '../../../src/media/mp4/video-track.ts';
import { writeMovie } from '../../../src/media/mp4/write-movie.ts';

type Boxes = Readonly<Record<string, Uint8Array>>;
const handler = (kind: string): Uint8Array => makeBox('hdlr', words([0, 0]), Buffer.from(kind), words([0, 0, 0]));
const entry = (type: string): Uint8Array => makeBox(type, new Uint8Array(78), makeBox('avcC', Uint8Array.of(1, 2, 3)));
const header = (type: string, timescale: number): Uint8Array => makeBox(type, words([0, 0, 0, timescale, 0, 0]));

/** Four samples in two chunks: at 1000, 1010 and 1040, and at 2000, shown in another order than they are decoded. */
const plain: Boxes = {
  stsd: makeBox('stsd', words([0, 1]), entry('avc1')),
  stts: makeBox('stts', words([0, 2, 3, 512, 1, 256])),
  ctts: makeBox('ctts', words([0, 3, 1, 1024, 1, 2048, 2, 512])),
  stsc: makeBox('stsc', words([0, 2, 1, 3, 1, 2, 1, 1])),
  stsz: makeBox('stsz', words([0, 0, 4, 10, 30, 5, 7])),
  stco: makeBox('stco', words([0, 2, 1000, 2000])),
};

function track({ hdlr = handler('vide'), edts, ...boxes }: Boxes): Uint8Array {
  const table = { ...plain, ...boxes };
  const information = makeBox(
    'minf',
    makeBox('vmhd', words([1])),
    makeBox('dinf'),
    makeBox('stbl', ...Object.values(table)),
  );
  return makeBox(
    'trak',
    makeBox('tkhd', words([3])),
    edts ?? new Uint8Array(),
    makeBox('mdia', header('mdhd', 12_800), hdlr, information),
  );
}
const movie = (...tracks: readonly Uint8Array[]): Uint8Array => makeBox('moov', header('mvhd', 1000), ...tracks);
const read = (boxes: Boxes = {}): ReturnType<typeof readVideoTrack> => readVideoTrack(movie(track(boxes)));
const edit = (...fields: readonly number[]): Boxes => ({ edts: makeBox('edts', makeBox('elst', words(fields))) });

describe('readVideoTrack', () => {
  it('tells where each sample is, and when it is shown', () => {
    expect(read()?.samples).toEqual([
      { from: 1000, size: 10, time: 1024 },
      { from: 1010, size: 30, time: 512 + 2048 },
      { from: 1040, size: 5, time: 1024 + 512 },
      { from: 2000, size: 7, time: 1536 + 512 },
    ]);
    expect(read()).toMatchObject({ configuration: Uint8Array.of(1, 2, 3), shown: { from: -Infinity, to: Infinity } });
    expect(read()?.parts).toMatchObject({ stsd: plain['stsd'], tkhd: makeBox('tkhd', words([3])) });
  });

  it('knows places beyond 4 GiB, times without shifts and those before decoding', () => {
    const far = read({ stco: makeBox('co64', words([0, 2, 1, 16, 2, 32])) });
    expect(far?.samples.map(({ from }) => from)).toEqual([2 ** 32 + 16, 2 ** 32 + 26, 2 ** 32 + 56, 2 ** 33 + 32]);
    expect(read({ ctts: new Uint8Array() })?.samples.map(({ time }) => time)).toEqual([0, 512, 1024, 1536]);
    const early = read({ ctts: makeBox('ctts', words([1 << 24, 1, 4, -512 >>> 0])) });
    expect(early?.samples.map(({ time }) => time)).toEqual([-512, 0, 512, 1024]);
  });

  it('passes over sound, and over what comes after the video', () => {
    expect(readVideoTrack(movie(track({}), track({ hdlr: handler('text') })))?.samples).toHaveLength(4);
    expect(readVideoTrack(movie(track({ hdlr: handler('soun') }), track({})))?.samples).toHaveLength(4);
  });

  it.each([
    { what: 'to the nearest tick', boxes: edit(0, 1, 3, 1, 0x1_00_00), shown: { from: 1, to: 39 } },
    { what: 'half a second', boxes: edit(0, 1, 500, 1024, 0x1_00_00), shown: { from: 1024, to: 1024 + 6400 } },
    {
      what: 'a long edit',
      boxes: edit(1 << 24, 1, 0, 500, 0, 1024, 0x1_00_00),
      shown: { from: 1024, to: 1024 + 6400 },
    },
  ])('knows what an edit shows: $what', ({ boxes, shown }) => {
    expect(read(boxes)?.shown).toEqual(shown);
  });

  it.each([
    { what: 'of sound alone', bytes: movie(track({ hdlr: handler('soun') })) },
    { what: 'of two tracks of video', bytes: movie(track({}), track({})) },
    { what: 'in fragments', bytes: movie(track({}), makeBox('mvex')) },
    { what: 'without tables', bytes: movie(track({ stsz: new Uint8Array() })) },
    { what: 'of another codec', bytes: movie(track({ stsd: makeBox('stsd', words([0, 1]), entry('hvc1')) })) },
    {
      what: 'of two descriptions',
      bytes: movie(track({ stsd: makeBox('stsd', words([0, 2]), entry('avc1'), entry('avc1')) })),
    },
    { what: 'of another description', bytes: movie(track({ stsc: makeBox('stsc', words([0, 1, 1, 4, 2])) })) },
    { what: 'of samples of one size', bytes: movie(track({ stsz: makeBox('stsz', words([0, 10, 4, 10, 30, 5, 7])) })) },
    { what: 'of nothing', bytes: movie(track(edit(0, 1, 0, 1024, 0x1_00_00))) },
    { what: 'after another one', bytes: movie(track({ hdlr: handler('auxv') }), track({})) },
    { what: 'of two edits', bytes: movie(track(edit(0, 2, 9, 0, 0x1_00_00, 9, 9, 0x1_00_00))) },
    { what: 'of a pause', bytes: movie(track(edit(0, 1, 9, -1 >>> 0, 0x1_00_00))) },
    { what: 'at half the speed', bytes: movie(track(edit(0, 1, 9, 0, 0x80_00))) },
  ])('leaves a movie alone $what', ({ bytes }) => {
    expect(readVideoTrack(bytes)).toBeUndefined();
  });

  it('refuses two lists of edits', () => {
    const [one] = Object.values(edit(0, 1, 500, 1024, 0x1_00_00));
    expect(() => read({ edts: Buffer.concat([one!, one!]) })).toThrow(RangeError);
  });

  it.each([
    { what: 'durations', boxes: { stts: makeBox('stts', words([0, 1, 3, 512, 9, 9])) } },
    { what: 'shifts', boxes: { ctts: makeBox('ctts', words([0, 9, 3, 512])) } },
    { what: 'sizes', boxes: { stsz: makeBox('stsz', words([0, 0, 4, 10, 30, 5])) } },
    { what: 'chunks', boxes: { stco: makeBox('stco', words([0, 1, 1000])) } },
    { what: 'samples in a chunk', boxes: { stsc: makeBox('stsc', words([0, 2, 1, 0, 1, 2, 4, 1])) } },
    { what: 'chunks in a row', boxes: { stsc: makeBox('stsc', words([0, 3, 1, 1, 1, 1, 1, 1, 2, 9, 1])) } },
    { what: 'chunks for its layout', boxes: { stsc: makeBox('stsc', words([0, 2, 1, 1, 1, 9, 1, 1])) } },
  ])('refuses a movie that has too few $what', ({ boxes }) => {
    expect(() => read(boxes)).toThrow(RangeError);
  });
});

describe('writeMovie', () => {
  const { parts } = read()!;

  it('writes what can be read again: samples one after the other, shown at their indices', () => {
    const sample = fc.record({ size: fc.integer({ min: 1, max: 70_000 }), index: fc.nat(500), isStart: fc.boolean() });
    const some = fc.uniqueArray(sample, { selector: ({ index }) => index, minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(some, (samples) => {
        const bytes = writeMovie({ parts }, samples);
        const boxes = boxesIn(
          Buffer.concat([bytes, new Uint8Array(samples.reduce((sum, { size }) => sum + size, 0))]),
          0,
          bytes.length + samples.reduce((sum, { size }) => sum + size, 0),
        );
        expect(boxes.map(({ type }) => type)).toEqual(['ftyp', 'moov', 'mdat']);
        const written = readVideoTrack(Uint8Array.from(bytes.subarray(boxes[1]!.from, boxes[1]!.to)))!;
        expect(written.parts).toEqual(parts);
        const [first] = written.samples;
        expect(first?.from).toBe(bytes.length);
        let from = bytes.length;
        for (const [at, { size, index }] of samples.entries()) {
          expect(written.samples[at]).toEqual({ from, size, time: first!.time + index - samples[0]!.index });
          from += size;
        }
      }),
    );
  });

  it('shows no sample before it is decoded, and says which a decoder can start with', () => {
    const bytes = Buffer.from(
      writeMovie({ parts }, [
        { size: 1, index: 10, isStart: true },
        { size: 1, index: 14, isStart: false },
        { size: 1, index: 12, isStart: false },
        { size: 1, index: 20, isStart: true },
      ]),
    );
    const table = (type: string, count: number): readonly number[] =>
      Array.from({ length: count }, (_, at) => bytes.readUInt32BE(bytes.indexOf(type) + 8 + at * 4));
    expect(table('stts', 9)).toEqual([4, 1, 2, 1, 2, 1, 6, 1, 1]);
    expect(table('ctts', 9)).toEqual(
      [4, 1, 0, 1, 2, 1, -2 >>> 0, 1, 0].map((value, at) => (at % 2 === 0 && at > 0 ? (value + 2) >>> 0 : value)),
    );
    expect(table('stss', 3)).toEqual([2, 1, 4]);
  });

  it('writes a long header before more than 4 GiB', () => {
    const sizes = [2 ** 31, 2 ** 31 - 8];
    const write = (...found: readonly number[]): Buffer =>
      Buffer.from(
        writeMovie(
          { parts },
          found.map((size, index) => ({ size, index, isStart: true })),
        ),
      );
    expect(write(...sizes, 1).subarray(-16)).toEqual(Buffer.concat([words([1]), Buffer.from('mdat'), words([1, 9])]));
    expect(write(...sizes.slice(0, 1), 2 ** 31 - 9).subarray(-8)).toEqual(
      Buffer.concat([words([2 ** 32 - 1]), Buffer.from('mdat')]),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RgbImage } from '../../src/core/rgb-image.ts';
import { PpmParser } from '../../src/media/ppm-parser.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const ppm = ({ width, height, data }: RgbImage): Uint8Array =>
  Buffer.concat([bytes(`P6\n${width} ${height}\n255\n`), data]);

/** All frames that end in a piece of the stream. */
const push = (parser: PpmParser, chunk: Uint8Array): readonly RgbImage[] =>
  [...parser.push(chunk)].flatMap((event) => (event.kind === 'frame' ? [event.image] : []));

/** Frames whose pixels hold anything, newlines and the letters of a header among them. */
const frame: fc.Arbitrary<RgbImage> = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc
      .array(fc.constantFrom(0, 10, 32, 50, 54, 80, 255), {
        minLength: width * height * 3,
        maxLength: width * height * 3,
      })
      .map((levels) => ({ width, height, data: Uint8Array.from(levels) })),
  );

describe('PpmParser', () => {
  it('gives the same frames however the stream is cut', () => {
    const frames = fc.array(frame, { maxLength: 5 });
    const sizes = fc.infiniteStream(fc.integer({ min: 1, max: 70 }));
    fc.assert(
      fc.property(frames, sizes, (wanted, pieces) => {
        const stream = Buffer.concat(wanted.map(ppm));
        const parser = new PpmParser();
        const found: RgbImage[] = [];
        for (let at = 0; at < stream.length; ) {
          const length: number = pieces.next().value;
          found.push(...push(parser, stream.subarray(at, at + length)));
          at += length;
        }
        parser.end();
        expect(found).toEqual(wanted);
      }),
    );
  });

  it('gives a frame as soon as its last byte is there, in a buffer of its own', () => {
    const parser = new PpmParser();
    const stream = ppm({ width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]) });
    expect(push(parser, stream.subarray(0, -1))).toEqual([]);
    const [image] = push(parser, stream.subarray(-1));
    expect(image?.data.buffer.byteLength).toBe(6);
  });

  it('says the size of a frame before it reads on', () => {
    const events = new PpmParser().push(bytes('P6\n2 1\n255\nRGBRGBP6\n1 3\n255\n'));
    expect(events.next().value).toEqual({ kind: 'size', bytes: 6 });
    expect(events.next().value).toMatchObject({ kind: 'frame', image: { width: 2, height: 1 } });
    expect(events.next().value).toEqual({ kind: 'size', bytes: 9 });
    expect(events.next().done).toBe(true);
  });

  it.each([
    { what: 'something else', stream: 'ffmpeg says no', why: 'a frame starts with "f"' },
    { what: 'text PPM', stream: 'P3\n1 1\n255\n1 2 3', why: 'a frame starts with "P3"' },
    {
      what: '16-bit PPM',
      stream: `P6\n1 1\n65535\n${'x'.repeat(60)}`,
      why: 'a frame starts with "P6\\n1 1\\n65535\\n',
    },
    { what: 'no pixels', stream: 'P6\n0 5\n255\n', why: 'a frame is 0x5' },
    { what: 'more pixels than any clip has', stream: 'P6\n99999 99999\n255\n', why: 'a frame is 99999x99999' },
    {
      what: 'bytes between two frames',
      stream: 'P6\n1 1\n255\nRGB\nP6\n1 1\n255\nRGB',
      why: 'a frame starts with "\\n"',
    },
  ])('refuses $what', ({ stream, why }) => {
    const parser = new PpmParser();
    expect(() => push(parser, bytes(stream))).toThrow(
      expect.objectContaining({ code: 'clip-unreadable', message: expect.stringContaining(why) }),
    );
  });

  it.each([
    { stream: 'P6\n2 1\n255\nRGBR', why: 'it ended after 4 of the 6 bytes of a 2x1 frame' },
    { stream: 'P6\n2 1\n25', why: 'it ended in the header' },
    { stream: 'P', why: 'it ended in the header' },
  ])('refuses an end inside a frame: $stream', ({ stream, why }) => {
    const parser = new PpmParser();
    push(parser, bytes(stream));
    expect(() => parser.end()).toThrow(why);
  });

  it('accepts an end between two frames and before the first', () => {
    new PpmParser().end();
    const parser = new PpmParser();
    expect(push(parser, bytes('P6\n1 1\n255\nRGB'))).toHaveLength(1);
    expect(() => parser.end()).not.toThrow();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPictureParameters, readSequenceParameters, readSliceHeader } from '../../../src/media/mp4/h264-headers.ts';
import { BitWriter } from './bit-writer.ts';

const buffering = fc.record({ counts: fc.array(fc.tuple(fc.nat(5000), fc.nat(5000)), { minLength: 1, maxLength: 4 }) });
const usability = fc.record({
  aspect: fc.option(fc.constantFrom(1, 255)),
  overscan: fc.boolean(),
  signal: fc.option(fc.record({ colours: fc.boolean() })),
  chroma: fc.boolean(),
  timing: fc.boolean(),
  nal: fc.option(buffering),
  vcl: fc.option(buffering),
  reordered: fc.option(fc.nat(16)),
});
const sequence = fc.record({
  profile: fc.constantFrom(66, 77, 88, 100, 110, 122, 244),
  chroma: fc.constantFrom(0, 1, 2, 3),
  lists: fc.option(
    fc.array(fc.option(fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 64, maxLength: 64 })), {
      minLength: 12,
      maxLength: 12,
    }),
  ),
  frameNumberBits: fc.integer({ min: 4, max: 16 }),
  orderBits: fc.option(fc.integer({ min: 4, max: 16 })),
  cropping: fc.boolean(),
  usability: fc.option(usability),
});
type Sequence = typeof sequence extends fc.Arbitrary<infer Value> ? Value : never;

const high: ReadonlySet<number> = new Set([100, 110, 122, 244]);

function writeBuffering(
  writer: BitWriter,
  value: { readonly counts: readonly (readonly [number, number])[] } | null,
): void {
  writer.flag(value !== null);
  if (!value) return;
  writer.unsigned(value.counts.length - 1).bits(0x5a, 8);
  for (const [rate, size] of value.counts) writer.unsigned(rate).unsigned(size).flag(true);
  writer.bits(0x5_a5_a5, 20);
}

/** ITU-T H.264, 7.3.2.1.1 and E.1. */
function writeSequence(
  value: Sequence,
  { gaps = false, progressive = true, planes = false, orderType = 0 } = {},
): Uint8Array {
  const writer = new BitWriter().bits(value.profile, 8).bits(0x12_34, 16).unsigned(3);
  if (high.has(value.profile)) {
    writer.unsigned(value.chroma);
    if (value.chroma === 3) writer.flag(planes);
    writer
      .unsigned(2)
      .unsigned(1)
      .flag(false)
      .flag(value.lists !== null);
    for (const [at, list] of value.lists?.slice(0, value.chroma === 3 ? 12 : 8).entries() ?? []) {
      writer.flag(list !== null);
      let last = 8;
      for (const delta of list?.slice(0, at < 6 ? 16 : 64) ?? []) {
        writer.signed(delta);
        last = (last + delta + 256) % 256;
        if (last === 0) break;
      }
    }
  }
  writer.unsigned(value.frameNumberBits - 4);
  if (orderType === 1) writer.unsigned(1).flag(false).signed(0).signed(0).unsigned(0);
  else if (value.orderBits === null) writer.unsigned(2);
  else writer.unsigned(0).unsigned(value.orderBits - 4);
  writer.unsigned(4).flag(gaps).unsigned(33).unsigned(59).flag(progressive);
  if (!progressive) writer.flag(false);
  writer.flag(true).flag(value.cropping);
  if (value.cropping) writer.unsigned(0).unsigned(2).unsigned(0).unsigned(4);
  const { usability } = value;
  writer.flag(usability !== null);
  if (!usability) return writer.payload();
  writer.flag(usability.aspect !== null);
  if (usability.aspect !== null) writer.bits(usability.aspect, 8);
  if (usability.aspect === 255) writer.bits(40, 16).bits(33, 16);
  writer.flag(usability.overscan);
  if (usability.overscan) writer.flag(true);
  writer.flag(usability.signal !== null);
  if (usability.signal) writer.bits(5, 3).flag(false).flag(usability.signal.colours);
  if (usability.signal?.colours) writer.bits(0x01_01_01, 24);
  writer.flag(usability.chroma);
  if (usability.chroma) writer.unsigned(1).unsigned(2);
  writer.flag(usability.timing);
  if (usability.timing) writer.bits(1, 32).bits(50, 32).flag(true);
  writeBuffering(writer, usability.nal);
  writeBuffering(writer, usability.vcl);
  if (usability.nal ?? usability.vcl) writer.flag(false);
  writer.flag(false).flag(usability.reordered !== null);
  if (usability.reordered !== null) {
    writer.flag(true).unsigned(0).unsigned(0).unsigned(11).unsigned(11).unsigned(usability.reordered).unsigned(16);
  }
  return writer.payload();
}

describe('readSequenceParameters', () => {
  it('finds what it needs among all that may stand before it', () => {
    fc.assert(
      fc.property(sequence, (value) => {
        expect(readSequenceParameters(writeSequence(value))).toEqual({
          frameNumberBits: value.frameNumberBits,
          orderBits: value.orderBits ?? undefined,
          reordered: value.usability?.reordered ?? undefined,
        });
      }),
    );
  });

  const plain: Sequence = {
    profile: 244,
    chroma: 3,
    lists: null,
    frameNumberBits: 4,
    orderBits: 6,
    cropping: false,
    usability: null,
  };

  it.each([
    { what: 'interlaced pictures', how: { progressive: false } },
    { what: 'frame numbers with gaps', how: { gaps: true } },
    { what: 'separate colour planes', how: { planes: true } },
    { what: 'order counts of type 1', how: { orderType: 1 } },
  ])('leaves $what alone', ({ how }) => {
    expect(readSequenceParameters(writeSequence(plain))).toBeDefined();
    expect(readSequenceParameters(writeSequence(plain, how))).toBeUndefined();
  });

  it('refuses one that is cut off', () => {
    expect(() => readSequenceParameters(writeSequence(plain).subarray(0, 6))).toThrow(RangeError);
  });
});

describe('readPictureParameters', () => {
  const write = (bottom: boolean, groups: number, redundant: boolean): Uint8Array =>
    new BitWriter()
      .unsigned(0)
      .unsigned(0)
      .flag(true)
      .flag(bottom)
      .unsigned(groups)
      .unsigned(2)
      .unsigned(0)
      .bits(5, 3)
      .signed(-3)
      .signed(0)
      .signed(2)
      .flag(true)
      .flag(false)
      .flag(redundant)
      .payload();

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('finds both flags: %s, %s', (bottom, redundant) => {
    expect(readPictureParameters(write(bottom, 0, redundant))).toEqual({
      hasOrderOfBottom: bottom,
      hasRedundantCount: redundant,
    });
  });

  it('leaves groups of slices alone', () => {
    expect(readPictureParameters(write(false, 1, false))).toBeUndefined();
  });
});

describe('readSliceHeader', () => {
  it('reads the order, and whether those before it are dropped', () => {
    const some = fc.record({
      frameNumberBits: fc.integer({ min: 4, max: 16 }),
      orderBits: fc.option(fc.integer({ min: 4, max: 16 })),
      hasOrderOfBottom: fc.boolean(),
      hasRedundantCount: fc.boolean(),
      isFirst: fc.boolean(),
      order: fc.nat(15),
      bottom: fc.integer({ min: -2, max: 2 }),
      drops: fc.boolean(),
    });
    fc.assert(
      fc.property(
        some,
        ({ frameNumberBits, orderBits, hasOrderOfBottom, hasRedundantCount, isFirst, order, bottom, drops }) => {
          const writer = new BitWriter().unsigned(0).unsigned(7).unsigned(0).bits(9, frameNumberBits);
          if (isFirst) writer.unsigned(1);
          if (orderBits !== null) writer.bits(order, orderBits);
          if (orderBits !== null && hasOrderOfBottom) writer.signed(bottom);
          if (hasRedundantCount) writer.unsigned(0);
          if (isFirst) writer.flag(drops);
          const sequence = { frameNumberBits, orderBits: orderBits ?? undefined, reordered: 2 };
          const header = readSliceHeader(writer.payload(), sequence, { hasOrderOfBottom, hasRedundantCount }, isFirst);
          expect({ ...header, bottom: header.bottom + 0 }).toEqual({
            order: orderBits === null ? 0 : order,
            bottom: orderBits !== null && hasOrderOfBottom ? bottom : 0,
            dropsPrior: isFirst && drops,
          });
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PictureReader, pictureReader } from '../../../src/media/mp4/picture-reader.ts';
import { BitWriter } from './bit-writer.ts';

const orderBits = 4;
const range = 2 ** orderBits;

interface Sets {
  readonly orderType?: 0 | 2;
  readonly reordered?: number | undefined;
  readonly hasOrderOfBottom?: boolean;
}

function sequence({ orderType = 0, reordered = 2 }: Sets): Buffer {
  const writer = new BitWriter().bits(77, 8).bits(0, 16).unsigned(0).unsigned(0).unsigned(orderType);
  if (orderType === 0) writer.unsigned(orderBits - 4);
  writer.unsigned(4).flag(false).unsigned(9).unsigned(9).flag(true).flag(true).flag(false).flag(true);
  for (let absent = 0; absent < 8; absent += 1) writer.flag(false); // Of what may be said of the use of it.
  writer.flag(true).flag(true);
  for (let limit = 0; limit < 4; limit += 1) writer.unsigned(0);
  return Buffer.concat([Uint8Array.of(0x67), writer.unsigned(reordered).unsigned(4).payload()]);
}

function pictureSet({ hasOrderOfBottom = false }: Sets): Buffer {
  const writer = new BitWriter().unsigned(0).unsigned(0).flag(true).flag(hasOrderOfBottom);
  for (let count = 0; count < 3; count += 1) writer.unsigned(0);
  writer.bits(0, 3).signed(0).signed(0).signed(0).bits(0, 2).flag(false);
  return Buffer.concat([Uint8Array.of(0x68), writer.payload()]);
}

function configuration(sequences: readonly Buffer[], pictures: readonly Buffer[]): Uint8Array {
  const listed = (sets: readonly Buffer[]): readonly Uint8Array[] =>
    sets.flatMap((set) => [Uint8Array.of(set.length >> 8, set.length & 255), set]);
  const head = Uint8Array.of(1, 77, 0, 30, 0xff, 0xe0 | sequences.length);
  return Buffer.concat([head, ...listed(sequences), Uint8Array.of(pictures.length), ...listed(pictures)]);
}

function open(sets: Sets = {}): PictureReader {
  return pictureReader(configuration([sequence(sets)], [pictureSet(sets)]))!;
}

interface Slice extends Sets {
  readonly isStart?: boolean;
  readonly isReference?: boolean;
  readonly order: number;
  readonly bottom?: number;
  readonly drops?: boolean;
}

function slice({ isStart = false, isReference = true, order, bottom = 0, drops = false, ...sets }: Slice): Buffer {
  const writer = new BitWriter().unsigned(0).unsigned(7).unsigned(0).bits(0, 4);
  if (isStart) writer.unsigned(0);
  if (sets.orderType !== 2) writer.bits(((order % range) + range) % range, orderBits);
  if (sets.hasOrderOfBottom) writer.signed(bottom);
  if (isStart) writer.flag(drops);
  return Buffer.concat([Uint8Array.of((isReference ? 0x60 : 0) | (isStart ? 5 : 1)), writer.bits(0xff, 8).payload()]);
}

function sample(...units: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(units.flatMap((unit) => [Uint8Array.of(0, 0, unit.length >> 8, unit.length & 255), unit]));
}
const start = slice({ isStart: true, order: 0 });

describe('pictureReader', () => {
  it('works the order out, of which a slice holds the last bits alone', () => {
    // A reference picture is within half a range of the one before it, and others of the last one.
    const steps = fc.array(fc.record({ step: fc.integer({ min: -7, max: 7 }), isReference: fc.boolean() }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(steps, (found) => {
        const reader = open();
        expect(reader.read(sample(start))).toEqual({ isReference: true, isStart: true, order: 0 });
        let last = 0;
        for (const { step, isReference } of found) {
          const order = last + step;
          expect(reader.read(sample(slice({ order, isReference })))).toEqual({ isReference, isStart: false, order });
          if (isReference) last = order;
        }
      }),
    );
  });

  it('begins anew with a picture that others can start with', () => {
    const reader = open();
    for (const order of [7, 14, 21]) reader.read(sample(slice({ order })));
    expect(reader.read(sample(start))).toMatchObject({ order: 0 });
    expect(reader.read(sample(slice({ order: 3 })))).toMatchObject({ order: 3 });
  });

  it('takes the earlier field', () => {
    const reader = open({ hasOrderOfBottom: true });
    const bottoms = [-1, 1].map((bottom) => reader.read(sample(slice({ order: 6, bottom, hasOrderOfBottom: true }))));
    expect(bottoms.map((picture) => picture?.order)).toEqual([5, 6]);
  });

  it('takes the order of decoding where there is no other', () => {
    const reader = open({ orderType: 2, reordered: 0 });
    const read = [true, false, false, true, false].map((isStart) =>
      reader.read(sample(slice({ isStart, order: 0, orderType: 2 }))),
    );
    expect(read.map((picture) => picture?.order)).toEqual([1, 2, 3, 1, 2]);
    expect(reader.reordered).toBe(0);
  });

  const [message, delimiter, filler] = [6, 9, 12].map((type) => Uint8Array.of(type, 1, 2));

  it.each([
    { what: 'messages, a delimiter and filler', units: [delimiter!, message!, start, filler!] },
    { what: 'the parameter sets that it knows', units: [sequence({}), pictureSet({}), start] },
    { what: 'slices', units: [start, start] },
  ])('reads a picture with $what', ({ units }) => {
    expect(open().read(sample(...units))).toBeDefined();
  });

  it.each([
    { what: 'nothing', units: [] },
    { what: 'no slice', units: [message!] },
    { what: 'other parameters of the sequence', units: [sequence({ reordered: 3 }), start] },
    { what: 'other parameters of the picture', units: [pictureSet({ hasOrderOfBottom: true }), start] },
    { what: 'slices of two kinds', units: [start, slice({ order: 0 })] },
    { what: 'partitions', units: [start, Uint8Array.of(0x62, 1, 2)] },
    { what: 'another layer', units: [start, Uint8Array.of(0x74, 1, 2)] },
    { what: 'a start that nobody refers to', units: [slice({ isStart: true, isReference: false, order: 0 })] },
    { what: 'a start that drops what was not shown yet', units: [slice({ isStart: true, order: 0, drops: true })] },
  ])('leaves a sample alone that has $what', ({ units }) => {
    expect(open().read(sample(...units))).toBeUndefined();
  });

  it('leaves a clip alone in which another encoder takes over', () => {
    const encoder = Buffer.concat([Uint8Array.of(6, 5, 27), Buffer.from('x264 - core 33')]);
    const reader = open();
    expect(reader.read(sample(encoder, start))).toBeDefined();
    expect(reader.read(sample(encoder, start))).toBeUndefined();
  });

  it.each([
    { what: 'longer', bytes: [0, 0, 0, 9, 0x65, 1] },
    { what: 'cut off', bytes: [0, 0, 1] },
    { what: 'empty', bytes: [0, 0, 0, 0] },
  ])('refuses a sample whose unit is $what', ({ bytes }) => {
    expect(() => open().read(Uint8Array.from(bytes))).toThrow(RangeError);
  });

  it.each([
    { what: 'no set', sequences: [], pictures: [pictureSet({})] },
    { what: 'two sets of the sequence', sequences: [sequence({}), sequence({})], pictures: [pictureSet({})] },
    { what: 'two sets of the picture', sequences: [sequence({})], pictures: [pictureSet({}), pictureSet({})] },
  ])('is not there for a configuration with $what', ({ sequences, pictures }) => {
    expect(pictureReader(configuration(sequences, pictures))).toBeUndefined();
  });

  it('refuses a configuration that is cut off', () => {
    expect(() => pictureReader(configuration([sequence({})], [pictureSet({})]).subarray(0, 7))).toThrow(RangeError);
  });
});

import { describe, expect, it } from 'vitest';
import { lendMemory, MemoryPool } from '../../src/models/memory-pool.ts';

const kib = 1024;

describe('MemoryPool', () => {
  it('gives each its own, of the length that was asked for', () => {
    const memory = new MemoryPool(2);
    const [first, second] = [memory.take(10), memory.take(70 * kib)];
    expect([first.length, second.length]).toEqual([10, 70 * kib]);
    expect(first.buffer).not.toBe(second.buffer);
  });

  it('uses the smallest buffer with room again', () => {
    const memory = new MemoryPool(3);
    const [small, large, middle] = [10 * kib, 300 * kib, 100 * kib].map((bytes) => memory.take(bytes).buffer);
    for (const buffer of [small, large, middle]) memory.give(buffer!);
    expect(memory.take(90 * kib).buffer).toBe(middle);
    expect(memory.take(90 * kib).buffer).toBe(large);
    expect(memory.take(1).buffer).toBe(small);
    expect(memory.take(1).buffer.byteLength).toBe(64 * kib);
  });

  it('holds no more than it may, the largest', () => {
    const memory = new MemoryPool(2);
    const buffers = [100, 300, 200].map((size) => memory.take(size * kib).buffer);
    for (const buffer of buffers) memory.give(buffer);
    expect([memory.take(1).buffer, memory.take(1).buffer]).toEqual([buffers[2], buffers[1]]);
    expect(buffers).not.toContain(memory.take(1).buffer);
  });

  it('makes buffers in multiples of what it is told', () => {
    const memory = new MemoryPool(1, 4 * kib);
    expect([1, 4 * kib, 4 * kib + 1].map((bytes) => memory.take(bytes).buffer.byteLength / kib)).toEqual([4, 4, 8]);
  });

  it('may hold nothing', () => {
    const memory = new MemoryPool(0);
    const { buffer } = memory.take(1);
    memory.give(buffer);
    expect(memory.take(1).buffer).not.toBe(buffer);
  });
});

describe('lendMemory', () => {
  it('lends again what it gets back, once', () => {
    const { take, giveBack } = lendMemory(2);
    const first = take(10);
    giveBack(first);
    giveBack(first);
    const again = take(10);
    expect(again.buffer).toBe(first.buffer);
    expect(take(10).buffer).not.toBe(again.buffer);
  });

  it('takes back what was made of its memory', () => {
    const { take, giveBack } = lendMemory(2, 16);
    const feature = new Float32Array(take(16).buffer, 0, 4);
    giveBack(feature);
    expect(take(16).buffer).toBe(feature.buffer);
    expect(take(16).buffer).not.toBe(feature.buffer);
  });

  it('holds no more than it may', () => {
    const { take, giveBack } = lendMemory(1);
    const lent = [take(10), take(10)];
    for (const data of lent) giveBack(data);
    expect(lent.map(({ buffer }) => buffer)).toContain(take(10).buffer);
    expect(lent.map(({ buffer }) => buffer)).not.toContain(take(10).buffer);
  });

  it('leaves alone what it has not lent', () => {
    const { take, giveBack } = lendMemory(2);
    const foreign = new Uint8Array(100_000);
    giveBack(foreign);
    expect(take(10).buffer).not.toBe(foreign.buffer);
  });
});

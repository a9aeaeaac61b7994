import { describe, expect, it } from 'vitest';
import { PixelPool } from '../../src/media/pixel-pool.ts';

describe('PixelPool', () => {
  it('lends again what was given back, and nothing that is out', () => {
    const pool = new PixelPool();
    const [first, second] = [pool.take(6), pool.take(6)];
    expect(first.data).toHaveLength(6);
    expect(second.data).not.toBe(first.data);
    first[Symbol.dispose]();
    expect(pool.take(6).data).toBe(first.data);
    expect([first.data, second.data]).not.toContain(pool.take(6).data);
  });

  it('lends to one what was given back twice', () => {
    const pool = new PixelPool();
    const first = pool.take(6);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(pool.take(6).data).toBe(first.data);
    expect(pool.take(6).data).not.toBe(first.data);
  });

  it('does not take from its next owner what its last one gives back again', () => {
    const pool = new PixelPool();
    const first = pool.take(6);
    first[Symbol.dispose]();
    const next = pool.take(6);
    first[Symbol.dispose]();
    expect(pool.take(6).data).not.toBe(next.data);
  });

  it('holds memory of one length', () => {
    const pool = new PixelPool();
    const [short, late] = [pool.take(3), pool.take(3)];
    short[Symbol.dispose]();
    const long = pool.take(6);
    expect(long.data).toHaveLength(6);
    late[Symbol.dispose]();
    expect(pool.take(6).data).toHaveLength(6);
    expect([short.data, late.data]).not.toContain(pool.take(3).data);
  });
});

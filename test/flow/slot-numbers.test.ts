import { describe, expect, it } from 'vitest';
import { SlotNumbers } from '../../src/flow/slot-numbers.ts';

describe('SlotNumbers', () => {
  it('gives the lowest number that is free', () => {
    const slots = new SlotNumbers();
    const [first, second, third] = [slots.take(), slots.take(), slots.take()];
    expect([first.number, second.number, third.number]).toEqual([0, 1, 2]);
    second[Symbol.dispose]();
    first[Symbol.dispose]();
    expect([slots.take().number, slots.take().number, slots.take().number]).toEqual([0, 1, 3]);
  });

  it('takes a number back once, and not from whoever has it next', () => {
    const slots = new SlotNumbers();
    const first = slots.take();
    first[Symbol.dispose]();
    slots.take();
    first[Symbol.dispose]();
    expect(slots.take().number).toBe(1);
  });
});

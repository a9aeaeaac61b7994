import { expect, it } from 'vitest';
import { counted } from '../../src/core/counted.ts';

it.each([
  { text: counted(1, 'item'), is: '1 item' },
  { text: counted(0, 'item'), is: '0 items' },
  { text: counted(1, 'box', 'boxes'), is: '1 box' },
  { text: counted(2, 'box', 'boxes'), is: '2 boxes' },
])('counted gives $is', ({ text, is }) => {
  expect(text).toBe(is);
});

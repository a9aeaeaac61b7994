import { describe, expect, it } from 'vitest';
import { jsonPositions } from '../../src/io/json-position.ts';

const text = `{
  "frames": [
    {"frame_index": 0, "annotations": []},
    {"frame_index": 20, "annotations": [{"label": "}\\"\\n"},
      {"box": 1}]}
  ]
}`;

describe('jsonPositions', () => {
  it.each([
    { at: [], says: '' },
    { at: ['frames'], says: 'line 2, frames' },
    { at: ['frames', 1], says: 'line 4, frames[1]' },
    { at: ['frames', 1, 'annotations', 1], says: 'line 5, frames[1].annotations[1]' },
    { at: ['frames', 1, 'annotations', 0, 'label'], says: 'line 4, frames[1].annotations[0].label' },
    { at: ['frames', 7], says: 'frames[7]' },
  ])('says $says', ({ at, says }) => {
    expect(jsonPositions(text)(at)).toBe(says);
  });
});

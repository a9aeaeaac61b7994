import { describe, expect, it } from 'vitest';
import { type Box } from '../../src/core/box.ts';
import { fitBoxes } from '../../src/pipelines/fit-boxes.ts';
import { marked } from '../helpers/annotated-shop.ts';

const image = { width: 20, height: 10, data: new Uint8Array(600) };
const fit = (box: Box) =>
  fitBoxes(
    {
      input: { name: '0', path: '0.jpg', annotation: '0.json' },
      name: '0',
      annotations: [{ at: ['annotations', 4], value: marked(7, box) }],
      at: [],
      problemAt: (problem, at) => ({ path: '0.json', problem: `${at.join('.')}: ${problem}` }),
    },
    image,
  );

describe('fitBoxes', () => {
  it.each<{ what: string; box: Box; fitted: Box }>([
    { what: 'a box inside', box: [1, 2, 3, 4], fitted: [1, 2, 3, 4] },
    { what: 'a box as large as the picture', box: [0, 0, 20, 10], fitted: [0, 0, 20, 10] },
    { what: 'fractions', box: [1.9, 2.5, 3.1, 4.9], fitted: [1, 2, 3, 4] },
  ])('takes $what without a word', ({ box, fitted }) => {
    const boxes = [{ number: 4, box: fitted, label: '短裙', instanceId: 7 }];
    expect(fit(box)).toEqual({ boxes, problems: [], clamped: 0, dropped: 0 });
  });

  it.each<{ box: Box; fitted: Box }>([
    { box: [-3, 2, 4, 8], fitted: [0, 2, 4, 8] },
    { box: [1, -1, 4, 8], fitted: [1, 0, 4, 8] },
    { box: [1, 2, 21, 8], fitted: [1, 2, 20, 8] },
    { box: [1, 2, 4, 11.5], fitted: [1, 2, 4, 10] },
  ])('cuts $box to $fitted and says so', ({ box, fitted }) => {
    const { boxes, problems, clamped, dropped } = fit(box);
    expect(boxes).toMatchObject([{ box: fitted }]);
    expect([clamped, dropped]).toEqual([1, 0]);
    const problem = `annotations.4: box ${JSON.stringify(box)} reaches out of the 20x10 picture; cut to ${JSON.stringify(fitted)}`;
    expect(problems).toEqual([{ path: '0.json', problem }]);
  });

  it.each<{ box: Box }>([{ box: [20, 2, 30, 8] }, { box: [1, -8, 4, 0] }, { box: [3.1, 2, 3.9, 8] }])(
    'leaves $box out and says so',
    ({ box }) => {
      const problem = `annotations.4: box ${JSON.stringify(box)} has no pixel of the 20x10 picture; left out`;
      expect(fit(box)).toEqual({ boxes: [], problems: [{ path: '0.json', problem }], clamped: 0, dropped: 1 });
    },
  );
});

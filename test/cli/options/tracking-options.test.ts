import { expect, it } from 'vitest';
import { trackingFrom } from '../../../src/cli/options/tracking-options.ts';
import { watchSettings } from '../../../src/pipelines/watch-options.ts';
import { defaultTracking } from '../../../src/tracking/tracking-options.ts';

it('leaves the bound of doubt to the library where it is not given', () => {
  const { tracking } = watchSettings({
    tracking: trackingFrom({ ...defaultTracking, announceAt: 0.3, doubtBelow: undefined }),
  });
  expect(tracking).toEqual({ ...defaultTracking, announceAt: 0.3, doubtBelow: 0.3 });
  expect(trackingFrom({ ...defaultTracking, doubtBelow: 0.1 })).toMatchObject({ doubtBelow: 0.1 });
});

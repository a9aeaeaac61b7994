import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceFrom } from '../../../src/cli/options/device-options.ts';
import { compactInt8Models, compactModels } from '../../../src/pipelines/package-folder.ts';

describe('deviceFrom', () => {
  it.each([
    ['compact', compactModels],
    ['compact-int8', compactInt8Models],
    ['./compact', './compact'],
    [join('models', 'compact'), join('models', 'compact')],
  ])('takes the models %s from %s', (models, folder) => {
    expect(deviceFrom({ models, device: 'cpu' })).toEqual({ device: 'cpu', models: folder });
  });

  it('leaves to the pipeline what was left out', () => {
    expect(deviceFrom({ device: 'auto' })).toEqual({ device: 'auto' });
  });
});

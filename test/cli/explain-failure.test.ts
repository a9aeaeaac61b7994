import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../src/cli/explain-failure.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { assertInteger } from '../../src/core/assert.ts';
import { PipelineError } from '../../src/core/errors.ts';

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

const command = { positionals: { root: {} }, names: { searchEffort: '--effort' } };

describe('explainFailure', () => {
  it.each([
    { thrown: new UsageError('No such thing'), exitCode: 2, text: 'vitrine: No such thing\n' },
    { thrown: new PipelineError('dataset-invalid', 'No clips'), exitCode: 2, text: 'vitrine: No clips\n' },
    { thrown: new PipelineError('ffmpeg-missing', 'No\n  ffmpeg'), exitCode: 1, text: 'vitrine: No ffmpeg\n' },
    {
      thrown: thrownBy(() => assertInteger('items', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--items` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: new TypeError('Expected `root` to be a path, got 5 (number)'),
      exitCode: 2,
      text: 'vitrine: Expected `<root>` to be a path, got 5 (number)\n',
    },
    {
      thrown: thrownBy(() => assertInteger('raw height', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--raw height` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: thrownBy(() => assertInteger('searchEffort', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--effort` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: new TypeError("Cannot read properties of undefined (reading 'x')"),
      exitCode: 1,
      text: "vitrine: Cannot read properties of undefined (reading 'x') (VITRINE_DEBUG=1 shows where)\n",
    },
    {
      thrown: thrownBy(() => assertInteger('flow.detectorBatch', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--detector-batch` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: thrownBy(() => assertInteger('tracking.announceAt', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--announce-at` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: new PipelineError('file-unreadable', 'A folder', {
        cause: Object.assign(new Error('x'), { code: 'EISDIR' }),
      }),
      exitCode: 2,
      text: 'vitrine: A folder\n',
    },
    {
      thrown: thrownBy(() => assertInteger('flow.budgetBytes', 0, 1, 9)),
      exitCode: 2,
      text: 'vitrine: Expected `--budget` to be an integer from 1 to 9, got 0 (number)\n',
    },
    {
      thrown: new PipelineError('store-invalid', 'No boxes', {
        cause: Object.assign(new Error('x'), { code: 'ENOENT' }),
      }),
      exitCode: 2,
      text: 'vitrine: No boxes\n',
    },
    {
      thrown: new PipelineError('store-invalid', 'Torn', { cause: Object.assign(new Error('x'), { code: 'EIO' }) }),
      exitCode: 1,
      text: 'vitrine: Torn\n',
    },
    {
      thrown: new PipelineError('file-unwritable', 'In the way', {
        cause: Object.assign(new Error('x'), { code: 'ENOTDIR' }),
      }),
      exitCode: 2,
      text: 'vitrine: In the way\n',
    },
    {
      thrown: new PipelineError('file-unwritable', 'No file', {
        cause: Object.assign(new Error('x'), { code: 'EISDIR' }),
      }),
      exitCode: 2,
      text: 'vitrine: No file\n',
    },
    {
      thrown: new PipelineError('file-unwritable', 'Full', {
        cause: Object.assign(new Error('x'), { code: 'ENOSPC' }),
      }),
      exitCode: 1,
      text: 'vitrine: Full\n',
    },
    {
      thrown: new PipelineError('model-invalid', 'Gone', { cause: Object.assign(new Error('x'), { code: 'ENOENT' }) }),
      exitCode: 1,
      text: 'vitrine: Gone\n',
    },
    {
      thrown: Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
        code: 'ENOENT',
        syscall: 'uv_cwd',
      }),
      exitCode: 2,
      text: 'vitrine: The working folder is not there any more; go to another one\n',
    },
    { thrown: 'text', exitCode: 1, text: 'vitrine: text (VITRINE_DEBUG=1 shows where)\n' },
  ])('turns $thrown into one line', ({ thrown, exitCode, text }) => {
    expect(explainFailure(thrown, { debug: false, command })).toEqual({ exitCode, text });
  });

  it('shows the stacks of an error and its causes when debugging', () => {
    const error = new PipelineError('clip-unreadable', 'No frames', { cause: new Error('exit 1') });
    const { text } = explainFailure(error, { debug: true });
    expect(text).toMatch(/^vitrine: No frames\nPipelineError: No frames\n\s+at .*caused by Error: exit 1\n\s+at /s);
  });
});

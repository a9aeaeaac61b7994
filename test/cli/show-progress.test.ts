import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TerminalStream } from '../../src/cli/context.ts';
import { showProgress } from '../../src/cli/show-progress.ts';

function fakeStream(isTTY: boolean): { readonly stream: TerminalStream; readonly written: string[] } {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 60, rows: 20 });
  stream.on('data', (text: string) => written.push(text));
  return { stream, written };
}

beforeEach(() => {
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('showProgress', () => {
  it('prints a plain line at most every two seconds, and the last one', () => {
    const { stream, written } = fakeStream(false);
    {
      using display = showProgress(stream, { quiet: false });
      for (let tenth = 0; tenth <= 45; tenth += 1) display.update({ done: tenth, total: 45, elapsedMs: tenth * 100 });
    }
    expect(written.map((line) => line.split(' ')[1])).toEqual(['0/45', '20/45', '40/45', '45/45']);
    expect(written.join('')).not.toContain('\u001B');
  });

  it('says a thing once', () => {
    const { stream, written } = fakeStream(false);
    {
      using display = showProgress(stream, { quiet: false });
      display.update({ done: 1, total: 1, elapsedMs: 1 });
    }
    expect(written).toEqual(['100%, 1/1 inputs\n']);
  });

  it('says what it counts, as a line and as a bar', () => {
    for (const isTerminal of [false, true]) {
      const { stream, written } = fakeStream(isTerminal);
      {
        using display = showProgress(stream, { quiet: false, of: 'photos' });
        display.update({ done: 1, total: 1, elapsedMs: 1 });
      }
      expect(written.join('')).toContain('1/1 photos');
    }
  });

  it('draws a bar over itself on a terminal and takes it away at the end', () => {
    const { stream, written } = fakeStream(true);
    {
      using display = showProgress(stream, { quiet: false });
      display.update({ done: 1, total: 4, frames: 16, boxes: 3, elapsedMs: 0 });
      display.update({ done: 2, total: 4, frames: 17, boxes: 3, elapsedMs: 1 });
      display.update({ done: 3, total: 4, frames: 48, boxes: 9, elapsedMs: 1000 });
    }
    const text = written.join('');
    expect(text).toContain('25% 1/4 inputs');
    expect(text).not.toContain('2/4');
    expect(text).toContain('3/4 inputs\n48 frames · 9 boxes · 32.0 frames/s');
    expect(written.at(-1)).toContain('\u001B[2K');
  });

  it('takes the bar away for good when it is told to stop, and leaves alone what is said then', () => {
    const { stream, written } = fakeStream(true);
    const controller = new AbortController();
    {
      using display = showProgress(stream, { quiet: false, signal: controller.signal });
      display.update({ done: 1, total: 4, elapsedMs: 0 });
      controller.abort();
      expect(written.at(-1)).toContain('\u001B[2K');
      stream.write('stopping\n');
      display.update({ done: 2, total: 4, elapsedMs: 1000 });
    }
    expect(written.at(-1)).toBe('stopping\n');
  });

  it.each([
    { what: 'a dumb terminal', name: 'TERM', value: 'dumb' },
    { what: 'a build server', name: 'CI', value: 'true' },
  ])('prints plain lines on $what', ({ name, value }) => {
    vi.stubEnv(name, value);
    const { stream, written } = fakeStream(true);
    {
      using display = showProgress(stream, { quiet: false });
      display.update({ done: 1, total: 4, elapsedMs: 0 });
    }
    expect(written).toEqual(['25%, 1/4 inputs\n']);
  });

  it('is silent when asked to be', () => {
    const { stream, written } = fakeStream(true);
    {
      using display = showProgress(stream, { quiet: true });
      display.update({ done: 1, total: 4, elapsedMs: 0 });
    }
    expect(written).toEqual([]);
  });
});

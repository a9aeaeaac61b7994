import { describe, expect, it } from 'vitest';
import { createPendingWork } from '../../src/pipelines/pending-work.ts';

describe('createPendingWork', () => {
  it('waits for everything that it was given, failures among it', async () => {
    const pending = createPendingWork();
    const done: string[] = [];
    const end: (() => void)[] = [];
    const first = new Promise<void>((resolve) => end.push(resolve)).then(() => void done.push('first'));
    const second = new Promise<void>((_, reject) => end.push(reject)).catch(() => {
      done.push('second');
      throw new Error('broken');
    });
    expect(pending.track(first)).toBe(first);
    const tracked = pending.track(second);
    const closed = pending[Symbol.asyncDispose]().then(() => void done.push('closed'));
    end[1]?.();
    await expect(tracked).rejects.toThrow('broken');
    end[0]?.();
    await closed;
    expect(done).toEqual(['second', 'first', 'closed']);
  });

  it('closes at once when nothing is left', async () => {
    const pending = createPendingWork();
    await pending.track(Promise.resolve());
    await expect(pending[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});

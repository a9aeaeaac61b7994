import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { stoppable } from '../../src/media/stoppable.ts';

/** Gives 1, then waits until it is stopped; writes down what happened to it. */
function waiting(log: string[]): (stop: AbortSignal) => AsyncGenerator<number, undefined, undefined> {
  return async function* generate(stop) {
    log.push('started');
    try {
      yield 1;
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
      return undefined;
    } finally {
      log.push('released');
    }
  };
}

describe('stoppable', () => {
  it('releases at once when it is returned while a value is awaited', async () => {
    const log: string[] = [];
    const values = stoppable(waiting(log), undefined);
    expect(await values.next()).toEqual({ done: false, value: 1 });
    const pending = values.next();
    expect(await values.return(undefined)).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['started', 'released']);
  });

  it('throws the reason of a signal that fires while a value is awaited', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const values = stoppable(waiting(log), controller.signal);
    await values.next();
    const pending = values.next();
    controller.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    expect(log).toEqual(['started', 'released']);
  });

  it('throws the reason of a signal that fired between two values, and releases', async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const values = stoppable(waiting(log), controller.signal);
    await values.next();
    controller.abort(new Error('enough'));
    await expect(values.next()).rejects.toThrow('enough');
    expect(log).toEqual(['started', 'released']);
  });

  it('never starts under a signal that has fired', async () => {
    const log: string[] = [];
    await expect(stoppable(waiting(log), AbortSignal.abort(new Error('before'))).next()).rejects.toThrow('before');
    expect(log).toEqual([]);
  });

  it('starts with the first value, not before', async () => {
    const log: string[] = [];
    const values = stoppable(waiting(log), undefined);
    await values.return(undefined);
    expect(log).toEqual([]);
    expect(await values.next()).toEqual({ done: true, value: undefined });
  });

  it('releases when its user throws or disposes of it', async () => {
    const log: string[] = [];
    const thrown = stoppable(waiting(log), undefined);
    await thrown.next();
    await expect(thrown.throw(new Error('mine'))).rejects.toThrow('mine');
    const disposed = stoppable(waiting(log), undefined);
    await disposed.next();
    await disposed[Symbol.asyncDispose]();
    expect(log).toEqual(['started', 'released', 'started', 'released']);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    for await (const value of stoppable(waiting([]), signal)) if (value === 1) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no listener on the signal when it fails', async () => {
    const { signal } = new AbortController();
    const failing = stoppable(async function* generate() {
      yield 1;
      throw new Error('broken');
    }, signal);
    await failing.next();
    await expect(failing.next()).rejects.toThrow('broken');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { untilAborted } from '../../src/flow/until-aborted.ts';
import { marbles } from '../helpers/marbles.ts';

const reason = new Error('stop it');
const other = new Error('broken');

describe('untilAborted', () => {
  it.each([
    { what: 'everything when nothing aborts', in: '-a-b-|', out: '-a-b-|', subs: '^----!' },
    { what: 'the reason as soon as it aborts', in: '-a-b-|', at: '---x', out: '-a-#', subs: '^--!' },
    { what: 'the reason of a signal that has aborted before', in: '-a-|', at: 'before', out: '#', subs: [] },
    { what: 'a value before the signal', in: '-a-', at: '----x', out: '-a--#', subs: '^---!' },
    { what: 'the error of the source', in: '-a-#', at: '-----x', out: '-a-e', subs: '^--!' },
    { what: 'completion', in: '--|', at: '-----x', out: '--|', subs: '^-!' },
    { what: 'the reason though the source never speaks', in: '-', at: '--x', out: '--#', subs: '^-!' },
    { what: 'nothing after it is left', in: '-a-b', at: '----x', stop: '--!', out: '-a', subs: '^-!' },
  ])('emits $what', ({ in: input, at, stop = null, out, subs }) => {
    const control = new AbortController();
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, undefined, other);
      if (at === 'before') control.abort(reason);
      else if (at) cold(at).subscribe(() => control.abort(reason));
      const result = source.pipe(untilAborted(control.signal));
      expectObservable(result, stop).toBe(out.replace('e', '#'), undefined, out.includes('e') ? other : reason);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it('changes nothing without a signal', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|').pipe(untilAborted(undefined))).toBe('-a-|');
    });
  });

  it('leaves no listener behind', () => {
    const control = new AbortController();
    let listeners = 0;
    const { signal } = control;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-a-|').pipe(untilAborted(signal))).toBe('-a-|');
    });
    expect(listeners).toBe(0);
  });
});

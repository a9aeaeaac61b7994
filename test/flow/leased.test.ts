import { asyncScheduler, map, mergeMap, of, type OperatorFunction, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { leased } from '../../src/flow/leased.ts';
import { marbles } from '../helpers/marbles.ts';

const slow: OperatorFunction<string, string> = mergeMap((value) => timer(3).pipe(map(() => value)));
const dropAll: OperatorFunction<string, string> = mergeMap(() => []);
const failSlowly: OperatorFunction<string, string> = mergeMap(() =>
  timer(2).pipe(
    map(() => {
      throw new Error('broken');
    }),
  ),
);
const twice: OperatorFunction<string, string> = mergeMap((value) => [value, value]);
const error = new Error('broken');

describe('leased', () => {
  it.each([
    { what: 'values side by side', in: '-a-b-|', out: '----a-(b|)', subs: '^----!', back: ['a4', 'b6'], via: slow },
    { what: 'nothing for a value that is dropped', in: '-a-|', out: '---|', subs: '^--!', back: ['a1'], via: dropAll },
    { what: 'all that a value becomes', in: '-a---|', out: '-(aa)|', subs: '^----!', back: ['a1'], via: twice },
    { what: 'completion of nothing', in: '--|', out: '--|', subs: '^-!', back: [], via: slow },
    { what: 'nothing of a source that never speaks', in: '---', out: '---', subs: '^--', back: [], via: slow },
    { what: 'an error of the source', in: '-ab#', out: '---#', subs: '^--!', back: ['a3', 'b3'], via: slow },
    { what: 'an error of one journey', in: '-ab---', out: '---#', subs: '^--!', back: ['a3', 'b3'], via: failSlowly },
    {
      what: 'nothing after it is left',
      in: '-ab---',
      stop: '---!',
      out: '---',
      subs: '^--!',
      back: ['a3', 'b3'],
      via: slow,
    },
    { what: 'a synchronous source', in: '(ab|)', out: '---(ab|)', subs: '(^!)', back: ['a3', 'b3'], via: slow },
  ])('emits $what, and gives every credit back', ({ in: input, stop = null, out, subs, back, via }) => {
    const given: string[] = [];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, undefined, error);
      const lend = (value: string): Disposable => ({
        [Symbol.dispose]: () => given.push(`${value}${asyncScheduler.now()}`),
      });
      const result = source.pipe(
        map((value) => ({ value, lease: lend(value) })),
        leased(via),
      );
      expectObservable(result, stop).toBe(out, undefined, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
    expect(given).toEqual(back);
  });

  it('gives the credit back when the journey cannot even begin', () => {
    let isGiven = false;
    const lease = { [Symbol.dispose]: () => void (isGiven = true) };
    const journey = (): never => {
      throw error;
    };
    of({ value: 1, lease })
      .pipe(leased(journey))
      .subscribe({ error: (thrown) => expect(thrown).toBe(error) });
    expect(isGiven).toBe(true);
  });
});

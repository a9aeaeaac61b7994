import { EMPTY, map, mergeMap, type Observable, of, Subject, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Ask, batchWhileBusy } from '../../src/flow/batch-while-busy.ts';
import { StageMeter } from '../../src/flow/stage-meter.ts';
import { marbles } from '../helpers/marbles.ts';

const error = new Error('broken');
const isCapital = (letter: string): string => String(letter === letter.toUpperCase());

/** Answers after `work`; each answer is the letter and the batch that it went in. */
interface Row {
  readonly what: string;
  readonly in: string;
  readonly work?: string;
  readonly slots?: number;
  readonly stop?: string;
  readonly out: string;
  /** When the source was listened to, then when each batch ran. */
  readonly subs: string;
  readonly runs: readonly string[];
  readonly batches: readonly string[];
}

describe('batchWhileBusy', () => {
  it.each<Row>([
    { what: 'a value at once', in: '-a-|', out: '----(a|)', subs: '^--!', runs: ['-^--!'], batches: ['a'] },
    {
      what: 'what comes in one turn as one batch',
      in: '(abc|)',
      out: '---(abc|)',
      subs: '(^!)',
      runs: ['^--!'],
      batches: ['abc'],
    },
    {
      what: 'what gathered while the slot was at work',
      in: '-abcd-|',
      out: '----a--(bcd|)',
      subs: '^-----!',
      runs: ['-^--!', '----^--!'],
      batches: ['a', 'bcd'],
    },
    {
      what: 'no more than a full batch',
      in: '-a(bcdef)-|',
      work: '-----x|',
      out: '------a----(bcd)(ef|)',
      subs: '^---------!',
      runs: ['-^----!', '------^----!', '-----------^----!'],
      batches: ['a', 'bcd', 'ef'],
    },
    {
      what: 'the fullest key first',
      in: '-aBcd-|',
      work: '----x|',
      out: '-----a---(cd)(B|)',
      subs: '^-----!',
      runs: ['-^---!', '-----^---!', '---------^---!'],
      batches: ['a', 'cd', 'B'],
    },
    {
      what: 'the oldest first among equals',
      in: '-aBc-|',
      out: '----a--B--(c|)',
      subs: '^----!',
      runs: ['-^--!', '----^--!', '-------^--!'],
      batches: ['a', 'B', 'c'],
    },
    {
      what: 'two batches at once where there are two slots',
      in: '-abc-|',
      slots: 2,
      out: '----ab-(c|)',
      subs: '^----!',
      runs: ['-^--!', '--^--!', '----^--!'],
      batches: ['a', 'b', 'c'],
    },
    { what: 'nothing of nothing', in: '--|', out: '--|', subs: '^-!', runs: [], batches: [] },
    { what: 'nothing of a source that never speaks', in: '-', out: '-', subs: '^', runs: [], batches: [] },
    { what: 'the error of the source', in: '-ab#', out: '---#', subs: '^--!', runs: ['-^-!'], batches: ['a'] },
    {
      what: 'the error of a batch',
      in: '-ab--',
      work: '--#',
      out: '---#',
      subs: '^--!',
      runs: ['-^-!'],
      batches: ['a'],
    },
    {
      what: 'nothing after it is left',
      in: '-ab--',
      stop: '---!',
      out: '---',
      subs: '^--!',
      runs: ['-^-!'],
      batches: ['a'],
    },
  ])('answers $what', ({ in: input, work = '---x|', slots = 1, stop = null, out, subs, runs, batches }) => {
    const seen: string[] = [];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold(input, undefined, error);
      const device = cold(work, undefined, error);
      const ask = batchWhileBusy({
        key: isCapital,
        maxBatch: 3,
        slots,
        run: (batch: readonly string[]) => {
          seen.push(batch.join(''));
          return device.pipe(map(() => batch));
        },
      });
      expectObservable(source.pipe(mergeMap(ask)), stop).toBe(out, undefined, error);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(device.subscriptions).toBe([...runs]);
    });
    expect(seen).toEqual(batches);
  });

  it.each([
    { what: 'too few answers', run: () => of(['x']), message: '2 in all, got 1' },
    { what: 'too many answers', run: () => of(['x', 'y', 'z']), message: '2 in all, got 3' },
    { what: 'no answer', run: () => EMPTY, message: '2 in all, got 0' },
  ])('fails for a `run` that gives $what', ({ run, message }) => {
    marbles(({ cold, expectObservable }) => {
      const ask: Ask<string, string> = batchWhileBusy({ key: isCapital, maxBatch: 2, slots: 1, run });
      const wrong = new TypeError(`Expected \`run\` to give one answer a value, ${message}`);
      expectObservable(cold('-(ab)').pipe(mergeMap(ask))).toBe('-#', undefined, wrong);
    });
  });

  it.each([
    { what: 'run', throwing: { run: throwing } },
    { what: 'key', throwing: { key: throwing } },
  ])('fails when `$what` throws', ({ throwing: faulty }) => {
    marbles(({ cold, expectObservable }) => {
      const ask = batchWhileBusy({ key: isCapital, maxBatch: 2, slots: 1, run: (batch) => of(batch), ...faulty });
      expectObservable(cold('-a').pipe(mergeMap(ask))).toBe('-#', undefined, error);
    });
  });

  it.each([
    { options: { maxBatch: 0, slots: 1 }, name: 'maxBatch' },
    { options: { maxBatch: 1, slots: 0 }, name: 'slots' },
  ])('refuses $name 0 when it is made', ({ options, name }) => {
    expect(() => batchWhileBusy({ key: isCapital, run: of, ...options })).toThrow(`Expected \`${name}\``);
  });

  describe('when an asker leaves', () => {
    /** A batcher of one slot whose batches end by hand. */
    async function started(): Promise<{
      readonly batches: { readonly values: readonly string[]; readonly end: Subject<void> }[];
      readonly meter: StageMeter;
      readonly answers: string[];
      readonly ask: (value: string) => Subscription;
    }> {
      const batches: { readonly values: readonly string[]; readonly end: Subject<void> }[] = [];
      const answers: string[] = [];
      const meter = new StageMeter({ slots: 1 });
      const ask = batchWhileBusy({
        key: isCapital,
        maxBatch: 3,
        slots: 1,
        meter,
        run: (values: readonly string[]): Observable<readonly string[]> => {
          const end = new Subject<void>();
          batches.push({ values, end });
          return end.pipe(map(() => values));
        },
      });
      return { batches, meter, answers, ask: (value) => ask(value).subscribe((answer) => answers.push(answer)) };
    }
    const turn = (): Promise<void> => Promise.resolve().then(() => undefined);

    it('answers the others of its batch', async () => {
      const { ask, batches, answers } = await started();
      const a = ask('a');
      ask('b');
      await turn();
      a.unsubscribe();
      expect(batches[0]?.end.observed).toBe(true);
      batches[0]?.end.next();
      expect(answers).toEqual(['b']);
    });

    it('stops a batch that nobody waits for, and uses its slot again', async () => {
      const { ask, batches, answers } = await started();
      const all = [ask('a'), ask('b')];
      await turn();
      ask('c');
      for (const one of all) one.unsubscribe();
      expect(batches[0]?.end.observed).toBe(false);
      await turn();
      batches[1]?.end.next();
      expect(batches.map(({ values }) => values.join(''))).toEqual(['ab', 'c']);
      expect(answers).toEqual(['c']);
    });

    it('leaves out a value that waits', async () => {
      const { ask, batches, meter } = await started();
      ask('a');
      await turn();
      const b = ask('b');
      ask('c');
      b.unsubscribe();
      batches[0]?.end.next();
      await turn();
      expect(batches.map(({ values }) => values.join(''))).toEqual(['a', 'c']);
      batches[1]?.end.next();
      expect(meter.read()).toMatchObject({ count: 3, runs: 2, peakInFlight: 3 });
    });
  });
});

function throwing(): never {
  throw error;
}

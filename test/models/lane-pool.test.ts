import { firstValueFrom, type Subscription } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { PipelineError } from '../../src/core/errors.ts';
import { type LaneJob, lanePool } from '../../src/models/lane-pool.ts';
import { type LaneOutputs, type LaneRequest } from '../../src/models/lane-protocol.ts';
import { type Lane } from '../../src/models/open-lane.ts';

const outputs: LaneOutputs = { features: { data: new Float32Array([1]), dims: [1] } };
const job = (model: string, rank = 0): LaneJob => ({ model, rank, dims: [1], pack: () => new Uint8Array([7]) });
/** Lets everything run that is ready to. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A lane whose answers the test gives. */
function fakeLane(): Lane & { started: string[]; answer: () => void; fail: () => void; end: () => void } {
  const started: string[] = [];
  const pending: { answer: () => void; reject: (error: Error) => void }[] = [];
  let isClosed = false;
  const end = (): void => {
    isClosed = true;
    for (const { reject } of pending.splice(0)) reject(new PipelineError('inference-failed', 'the thread ended'));
  };
  return {
    started,
    get isClosed() {
      return isClosed;
    },
    run: ({ model, data }: LaneRequest, takeBack) => {
      if (isClosed) return Promise.reject(new PipelineError('inference-failed', 'closed'));
      started.push(model);
      return new Promise((resolve, reject) => {
        const answer = (): void => {
          takeBack?.(data.buffer);
          resolve(outputs);
        };
        pending.push({ answer, reject });
      });
    },
    answer: () => pending.shift()?.answer(),
    fail: () => pending.shift()?.reject(new PipelineError('inference-failed', 'bad input')),
    end,
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}

describe('lanePool', () => {
  it('starts jobs by rank, then by age, one a lane', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    for (const one of [job('d1', 1), job('d2', 1), job('e1'), job('e2')]) pool.run(one).subscribe();
    for (let answered = 0; answered < 4; answered += 1) {
      await settle();
      expect(lane.started).toHaveLength(answered + 1);
      lane.answer();
    }
    expect(lane.started).toEqual(['d1', 'e1', 'e2', 'd2']);
  });

  it('spreads jobs over its lanes', async () => {
    const lanes = [fakeLane(), fakeLane()];
    const pool = lanePool(lanes, 1);
    for (const model of ['a', 'b', 'c']) pool.run(job(model)).subscribe();
    await settle();
    expect(lanes.map(({ started }) => started.length)).toEqual([1, 1]);
    lanes[1]?.answer();
    await settle();
    expect(lanes.map(({ started }) => started.length)).toEqual([1, 2]);
  });

  it('gives each lane a second job, an idle lane first', async () => {
    const lanes = [fakeLane(), fakeLane()];
    const pool = lanePool(lanes);
    for (const model of ['a', 'b', 'c', 'd', 'e', 'f']) pool.run(job(model)).subscribe();
    await settle();
    expect(lanes.map(({ started }) => started)).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    lanes[1]?.answer();
    await settle();
    lanes[1]?.answer();
    await settle();
    expect(lanes.map(({ started }) => started)).toEqual([
      ['a', 'c'],
      ['b', 'd', 'e', 'f'],
    ]);
  });

  it('keeps the order of a lane when one of its jobs cannot be packed', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane]);
    const pack = (): never => {
      throw new TypeError('no pixels');
    };
    pool.run(job('a')).subscribe();
    const failed = firstValueFrom(pool.run({ ...job('b'), pack }));
    pool.run(job('c')).subscribe();
    pool.run(job('d')).subscribe();
    await expect(failed).rejects.toThrow('no pixels');
    await settle();
    expect(lane.started).toEqual(['a', 'c']);
    lane.answer();
    await settle();
    expect(lane.started).toEqual(['a', 'c', 'd']);
  });

  it('does nothing before it is subscribed to, and packs when a lane is free', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    const pack = vi.fn(() => new Uint8Array(1));
    const lazy = pool.run({ ...job('x'), pack });
    await settle();
    expect(lane.started).toEqual([]);
    pool.run(job('first')).subscribe();
    lazy.subscribe();
    await settle();
    expect(pack).not.toHaveBeenCalled();
    lane.answer();
    await settle();
    expect(pack).toHaveBeenCalledOnce();
  });

  it('packs into memory that a lane has given back, and never into what a lane has', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane]);
    const used: ArrayBuffer[] = [];
    const pack: LaneJob['pack'] = (take) => {
      const data = take(5);
      used.push(data.buffer);
      return data;
    };
    for (let jobs = 0; jobs < 4; jobs += 1) pool.run({ ...job('x'), pack }).subscribe();
    await settle();
    lane.answer();
    await settle();
    lane.answer();
    await settle();
    expect(used).toHaveLength(4);
    expect(used[1]).not.toBe(used[0]);
    expect([used[2], used[3]]).toEqual([used[0], used[1]]);
  });

  it('emits the outputs once and completes', async () => {
    const lane = fakeLane();
    const seen: unknown[] = [];
    lanePool([lane], 1)
      .run(job('x'))
      .subscribe({ next: (value) => seen.push(value), complete: () => seen.push('done') });
    await settle();
    lane.answer();
    await settle();
    expect(seen).toEqual([outputs, 'done']);
  });

  it('hands on an answer after the lane has its next job', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    let startedAtAnswer: string[] = [];
    pool.run(job('a')).subscribe(() => {
      startedAtAnswer = [...lane.started];
    });
    pool.run(job('b')).subscribe();
    await settle();
    lane.answer();
    await settle();
    expect(startedAtAnswer).toEqual(['a', 'b']);
  });

  it('never starts what was cancelled in the queue', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    pool.run(job('a')).subscribe();
    const cancelled: Subscription = pool.run(job('b')).subscribe();
    pool.run(job('c')).subscribe();
    cancelled.unsubscribe();
    await settle();
    lane.answer();
    await settle();
    expect(lane.started).toEqual(['a', 'c']);
  });

  it('drops the answer of what was cancelled while it ran, and uses the lane again', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    const seen = vi.fn();
    const running = pool.run(job('a')).subscribe(seen);
    await settle();
    running.unsubscribe();
    pool.run(job('b')).subscribe();
    lane.answer();
    await settle();
    expect(seen).not.toHaveBeenCalled();
    expect(lane.started).toEqual(['a', 'b']);
  });

  it('fails the job at fault alone', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    const failed = firstValueFrom(pool.run(job('a')));
    const fine = firstValueFrom(pool.run(job('b')));
    await settle();
    lane.fail();
    await expect(failed).rejects.toThrow('bad input');
    await settle();
    lane.answer();
    await expect(fine).resolves.toBe(outputs);
  });

  it('fails a job whose input cannot be packed, and goes on', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    const pack = (): never => {
      throw new TypeError('no pixels');
    };
    await expect(firstValueFrom(pool.run({ ...job('a'), pack }))).rejects.toThrow('no pixels');
    const fine = firstValueFrom(pool.run(job('b')));
    await settle();
    lane.answer();
    await expect(fine).resolves.toBe(outputs);
  });

  it('goes on with the lanes that are left, and fails everything when none is', async () => {
    const lanes = [fakeLane(), fakeLane()];
    const pool = lanePool(lanes, 1);
    const runs = ['a', 'b', 'c', 'd'].map((model) => firstValueFrom(pool.run(job(model))));
    const outcomes = Promise.allSettled(runs);
    await settle();
    lanes[0]?.end();
    await settle();
    lanes[1]?.answer();
    await settle();
    expect(lanes[1]?.started).toHaveLength(2);
    lanes[1]?.end();
    expect((await outcomes).filter(({ status }) => status === 'rejected')).toHaveLength(3);
    await expect(firstValueFrom(pool.run(job('late')))).rejects.toThrow('Model late failed: every lane has ended');
  });

  it('closes its lanes and fails what is left when disposed', async () => {
    const lane = fakeLane();
    const pool = lanePool([lane], 1);
    const outcomes = Promise.allSettled(['a', 'b'].map((model) => firstValueFrom(pool.run(job(model)))));
    await settle();
    await pool[Symbol.asyncDispose]();
    expect(lane.isClosed).toBe(true);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'inference-failed',
      'inference-failed',
    ]);
    await expect(firstValueFrom(pool.run(job('late')))).rejects.toThrow('the models were closed');
  });
});

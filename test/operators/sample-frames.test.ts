import { lastValueFrom, map, tap, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { PipelineError } from '../../src/core/errors.ts';
import { type FrameSource, type InputOutcome } from '../../src/core/frame-source.ts';
import { Credits } from '../../src/flow/credits.ts';
import { type Decode, sampleFrames } from '../../src/operators/sample-frames.ts';

const owner = { side: 'query', id: '000041' } as const;
const image = { width: 2, height: 1, data: new Uint8Array(6) };
const broken = new PipelineError('picture-unreadable', 'Cannot read the picture: broken');

/** Gives as many frames as the file's name says, then perhaps fails: `"2 frames, then broken"`. */
const decode: Decode = async function* (_owner, { name }, { reserve }) {
  for (let place = 0; place < Number.parseInt(name, 10); place += 1) {
    await reserve(6);
    yield { name: `${name}/${place}`, image };
  }
  if (name.endsWith('broken')) throw broken;
  if (name.endsWith('mistaken')) throw new TypeError('mistaken');
};

function sourceOf(...inputs: readonly (readonly [name: string, wanted: number])[]): FrameSource {
  return { owner, inputs: inputs.map(([name, wanted]) => ({ name, path: `${name}.jpg`, wanted })) };
}

function run(source: FrameSource, { decoders = new Credits(1), bytes = new Credits(100) } = {}) {
  const outcomes: InputOutcome[] = [];
  const frames$ = sampleFrames(source, { decode, bytes, decoders, onInput: (outcome) => outcomes.push(outcome) }).pipe(
    tap(({ lease }) => lease[Symbol.dispose]()),
    map(({ value }) => value.name),
    toArray(),
  );
  return { outcomes, names: lastValueFrom(frames$), decoders, bytes };
}

const facts = { owner, missing: 0 };

describe('sampleFrames', () => {
  it('gives the memory of a frame back with its lease, before the credit that brings the next one', async () => {
    const told: string[] = [];
    const bytes = new Credits(6);
    const decodePooled: Decode = async function* (_owner, _input, { reserve }) {
      for (const name of ['0', '1']) {
        await reserve(6);
        told.push(`take ${name}`);
        yield { name, image, pixels: { [Symbol.dispose]: () => told.push(`give ${name}, ${bytes.inUse} out`) } };
      }
    };
    const options = { decode: decodePooled, bytes, decoders: new Credits(1), onInput: () => undefined };
    const frames$ = sampleFrames(sourceOf(['clip', 2]), options).pipe(
      tap(({ value, lease }) => {
        told.push(`use ${Object.keys(value).join(' ')}`);
        lease[Symbol.dispose]();
      }),
    );
    await lastValueFrom(frames$);
    const [first, second] = ['0', '1'].map((name) => [`take ${name}`, 'use owner name image', `give ${name}, 6 out`]);
    expect(told).toEqual([...first!, ...second!]);
    expect(bytes.inUse).toBe(0);
  });

  it('gives the frames of every input side by side, those of one in order', async () => {
    const { names, outcomes, bytes, decoders } = run(sourceOf(['3 frames', 3], ['1 frame', 1]));
    await expect(names).resolves.toEqual(['3 frames/0', '1 frame/0', '3 frames/1', '3 frames/2']);
    expect(outcomes).toEqual([
      { ...facts, path: '1 frame.jpg', status: 'done', frames: 1 },
      { ...facts, path: '3 frames.jpg', status: 'done', frames: 3 },
    ]);
    expect([bytes.inUse, decoders.inUse]).toEqual([0, 0]);
  });

  it.each([
    {
      what: 'an input that cannot be read as failed',
      input: ['0 frames, broken', 1] as const,
      outcome: { status: 'failed', frames: 0, missing: 1, reason: broken.message, isBroken: true },
    },
    {
      what: 'a damaged input as done, with what is missing',
      input: ['2 frames, then broken', 3] as const,
      outcome: { status: 'done', frames: 2, missing: 1, reason: broken.message, isBroken: true },
    },
    {
      what: 'an input without a wanted frame as skipped',
      input: ['0 frames', 16] as const,
      outcome: {
        status: 'skipped',
        frames: 0,
        missing: 16,
        reason: 'It ends before the first of the 16 frames that are wanted',
      },
    },
    {
      what: 'a short input as done, with what is missing',
      input: ['3 frames', 16] as const,
      outcome: { status: 'done', frames: 3, missing: 13, reason: 'It ends after 3 of the 16 frames that are wanted' },
    },
  ])('accounts for $what, and goes on', async ({ input, outcome }) => {
    const { names, outcomes, bytes } = run(sourceOf(input, ['1 frame', 1]));
    await expect(names).resolves.toHaveLength(outcome.frames + 1);
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContainEqual({ owner, path: `${input[0]}.jpg`, ...outcome });
    expect(outcomes).toContainEqual({ ...facts, path: '1 frame.jpg', status: 'done', frames: 1 });
    expect(bytes.inUse).toBe(0);
  });

  it('fails for an error that is not about the file', async () => {
    const { names, outcomes, decoders, bytes } = run(sourceOf(['1 frame, mistaken', 1]));
    await expect(names).rejects.toThrow(new TypeError('mistaken'));
    expect(outcomes).toEqual([]);
    expect([bytes.inUse, decoders.inUse]).toEqual([0, 0]);
  });

  it('waits for a decoder, and gives it back when it is unsubscribed', async () => {
    const decoders = new Credits(1);
    let release: Disposable | undefined;
    decoders.take(1).subscribe((lease) => {
      release = lease;
    });
    const options = { decode, bytes: new Credits(100), decoders, onInput: () => undefined };
    const names: string[] = [];
    const subscription = sampleFrames(sourceOf(['1 frame', 1]), options).subscribe(({ value }) => {
      names.push(value.name);
    });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(names).toEqual([]);
    release?.[Symbol.dispose]();
    expect(decoders.inUse).toBe(1);
    subscription.unsubscribe();
    expect(decoders.inUse).toBe(0);
  });
});

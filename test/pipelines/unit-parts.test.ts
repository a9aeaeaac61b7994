import { describe, expect, it } from 'vitest';
import { type UnitAccount } from '../../src/io/export-part.ts';
import { joinAccounts } from '../../src/pipelines/unit-parts.ts';

const one = { path: '0.json', problem: 'one' };
const two = { path: '0.json', problem: 'two' };
const account = (more: Partial<UnitAccount>): UnitAccount => ({
  statuses: ['done', 'done'],
  isWhole: true,
  problems: [],
  pieces: [7],
  clamped: 0,
  dropped: 0,
  ...more,
});

describe('joinAccounts', () => {
  it('leaves a single account as it is', () => {
    const only = account({ problems: [one], clamped: 2 });
    expect(joinAccounts([only])).toEqual(only);
  });

  it('takes an input as badly as the worst of them does', () => {
    const { statuses } = joinAccounts([
      account({ statuses: ['done', 'failed', 'skipped'] }),
      account({ statuses: ['failed', 'done', 'done'] }),
    ]);
    expect(statuses).toEqual(['failed', 'failed', 'skipped']);
  });

  it('says each problem once, and counts no box twice', () => {
    const joined = joinAccounts([
      account({ problems: [one], clamped: 3, dropped: 0 }),
      account({ problems: [two, one], clamped: 1, dropped: 2 }),
    ]);
    expect(joined).toEqual(account({ problems: [one, two], clamped: 3, dropped: 2 }));
  });

  it('is whole when all are', () => {
    expect(joinAccounts([account({}), account({})]).isWhole).toBe(true);
    expect(joinAccounts([account({}), account({ isWhole: false })]).isWhole).toBe(false);
    expect(joinAccounts([account({ isWhole: false }), account({})]).isWhole).toBe(false);
  });
});

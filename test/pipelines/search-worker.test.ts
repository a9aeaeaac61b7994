import { describe, expect, it } from 'vitest';
import { createLaneState, laneCell } from '../../src/models/lane-protocol.ts';
import { openSearchLane } from '../../src/pipelines/search-lane.ts';

const featureLength = 4;
const rows = 16;
const given = () => ({ features: new Float32Array(rows * featureLength).fill(0.5), rows });
const search = { queries: new Float32Array(featureLength).fill(0.5), featureLength };

describe('the thread of a search lane', () => {
  it('counts what it has not answered, from the first message on', async () => {
    const state = createLaneState();
    await using lane = openSearchLane({ featureLength, storedRows: rows, state });
    const asked = [lane.seek(search), lane.look(given())];
    // The thread has not even started.
    expect(Atomics.load(state, laneCell.unanswered)).toBe(3);
    await Promise.all(asked);
    expect(Atomics.load(state, laneCell.unanswered)).toBe(0);
    await lane.look(given());
    expect(Atomics.load(state, laneCell.unanswered)).toBe(0);
  });

  it('begins nothing more when the process ends', async () => {
    const state = createLaneState();
    await using lane = openSearchLane({ featureLength, storedRows: rows, state });
    await lane.seek(search);
    Atomics.store(state, laneCell.isClosing, 1);
    await expect(lane.look(given())).rejects.toThrow('The search failed: the gallery was closed');
    expect(Atomics.load(state, laneCell.unanswered)).toBe(0);
  });
});

/**
 * SPEC 6 once more, written from its text alone: whole distance matrix, plain loops, nothing shared with `src`.
 *
 * Takes the lines of a `boxes.ndjson` file and gives the text of the result file.
 */
export function slowReference(lines: readonly string[], options: SlowOptions): string {
  const rows: readonly Row[] = JSON.parse(`[${lines.join(',')}]`);
  const items = rows.filter((row) => row.side === 'query');
  const clips = rows.filter((row) => row.side === 'gallery');
  // The whole matrix of squared distances, rounded to float32.
  const matrix = items.map((item) => clips.map((clip) => distanceOf(item.feature, clip.feature)));

  const bids: Bid[] = [];
  for (const itemId of new Set(items.map((row) => row.id))) {
    const bid = bidOf(itemId, { items, clips, matrix, options });
    if (bid !== null) bids.push(bid);
  }

  const text: string[] = [];
  for (const videoId of [...new Set(bids.map((bid) => bid.clip.id))].sort(byCodeUnit)) {
    let winner: Bid | null = null;
    for (const bid of bids.filter((other) => other.clip.id === videoId)) {
      const lower = winner === null || bid.distance < winner.distance;
      const tied = winner !== null && bid.distance === winner.distance && byCodeUnit(bid.item.id, winner.item.id) < 0;
      if (lower || tied) winner = bid;
    }
    if (winner === null || winner.distance >= options.maxDistance) continue;
    const { item, clip } = winner;
    text.push(
      `"${videoId}": {"item_id":"${item.id}","frame_index":${clip.frame},"result":[{"img_name":"${item.img}",` +
        `"item_box":[${item.box.join(',')}],"frame_box":[${clip.box.join(',')}]}]}`,
    );
  }
  return text.length === 0 ? '{}\n' : `{\n${text.join(',\n')}\n}\n`;
}

/** Thresholds of SPEC 6. */
export interface SlowOptions {
  readonly quantile: number;
  readonly keepAtLeast: number;
  readonly voteShare: number;
  readonly maxDistance: number;
}

interface Row {
  readonly side: 'query' | 'gallery';
  readonly id: string;
  readonly img: string;
  readonly frame: number;
  readonly box: readonly number[];
  readonly score: number;
  readonly feature: readonly number[];
}

interface Bid {
  readonly item: Row;
  readonly clip: Row;
  readonly distance: number;
}

interface Table {
  readonly items: readonly Row[];
  readonly clips: readonly Row[];
  readonly matrix: readonly (readonly number[])[];
  readonly options: SlowOptions;
}

/** Steps a to g for one folder. Lines of one frame stand in the order of their box index, so a position in the file serves for it. */
function bidOf(itemId: string, { items, clips, matrix, options }: Table): Bid | null {
  // a. The nearest gallery box of each box of the folder.
  const folder: { row: number; column: number; d: number }[] = [];
  items.forEach((item, row) => {
    if (item.id !== itemId || clips.length === 0) return;
    let column = 0;
    for (let other = 1; other < clips.length; other++) {
      const difference = matrix[row]![other]! - matrix[row]![column]!;
      if (difference < 0 || (difference === 0 && isBefore(clips[other]!, clips[column]!))) column = other;
    }
    folder.push({ row, column, d: matrix[row]![column]! });
  });
  if (folder.length === 0) return null;
  folder.sort((a, b) => byCodeUnit(items[a.row]!.img, items[b.row]!.img) || a.row - b.row);

  // b. Those below the quantile, or else the nearest.
  const q = numpyQuantile(
    folder.map((pair) => pair.d),
    options.quantile,
  );
  let kept = folder.filter((pair) => pair.d < q);
  if (kept.length < options.keepAtLeast) {
    const nearest = Math.min(...folder.map((pair) => pair.d));
    kept = [folder.find((pair) => pair.d === nearest)!];
  }

  // c. Votes.
  const counts: Record<string, number> = {};
  for (const pair of kept) counts[`v${clips[pair.column]!.id}`] = (counts[`v${clips[pair.column]!.id}`] ?? 0) + 1;
  const needed = pythonRound(options.voteShare * kept.length);
  const left = Object.keys(counts)
    .filter((key) => counts[key]! >= needed)
    .map((key) => key.slice(1))
    .sort(byCodeUnit);

  // d. The video with the smallest mean, then the smallest single distance, then the lower id (they are sorted).
  let best: { id: string; mean: number; smallest: number } | null = null;
  for (const id of left) {
    const distances = kept.filter((pair) => clips[pair.column]!.id === id).map((pair) => pair.d);
    let sum = 0;
    for (const d of distances) sum += d;
    const mean = sum / distances.length;
    const smallest = Math.min(...distances);
    if (best === null || mean < best.mean || (mean === best.mean && smallest < best.smallest)) {
      best = { id, mean, smallest };
    }
  }
  if (best === null) return null;

  // e, f, g.
  const { id, mean } = best;
  const voters = kept.filter((pair) => clips[pair.column]!.id === id);
  let item = items[voters[0]!.row]!;
  let clip = clips[voters[0]!.column]!;
  for (const voter of voters) {
    if (items[voter.row]!.score > item.score) item = items[voter.row]!;
    const other = clips[voter.column]!;
    if (other.score > clip.score || (other.score === clip.score && isBefore(other, clip))) clip = other;
  }
  return { item, clip, distance: mean };

  function isBefore(a: Row, b: Row): boolean {
    if (a.id !== b.id) return byCodeUnit(a.id, b.id) < 0;
    if (a.frame !== b.frame) return a.frame < b.frame;
    if (a.score !== b.score) return a.score > b.score;
    return clips.indexOf(a) < clips.indexOf(b);
  }
}

function distanceOf(a: readonly number[], b: readonly number[]): number {
  const products = a.map((value, index) => Math.fround(value) * Math.fround(b[index]!));
  let cosine = 0;
  for (const product of products) cosine += product;
  const d = Math.fround(2 - 2 * cosine);
  return d < 0 ? 0 : d;
}

function numpyQuantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  const virtual = q * (sorted.length - 1);
  const previous = Math.trunc(virtual);
  const next = Math.min(previous + 1, sorted.length - 1);
  const gamma = virtual - previous;
  const difference = sorted[next]! - sorted[previous]!;
  return gamma >= 0.5 ? sorted[next]! - difference * (1 - gamma) : sorted[previous]! + difference * gamma;
}

function pythonRound(value: number): number {
  const whole = Math.trunc(value);
  if (value - whole < 0.5) return whole;
  if (value - whole > 0.5) return whole + 1;
  return whole + (whole % 2);
}

function byCodeUnit(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

import { type Evaluation } from '../pipelines/evaluate.ts';
import { counted } from '../core/counted.ts';
import { textTable } from './text-table.ts';

/** The scores of a result for people; its last line is `final <number>`. */
export function scoreTable(evaluation: Evaluation): string {
  const { s1, s2, s3, weights, final, answers, clipsWithCounterpart, clips, items, frameBox, retrieval } = evaluation;
  const rows = [
    { name: 'S1', asks: 'the item is right', score: s1 },
    { name: 'S2', asks: '... and every piece in the frame', score: s2 },
    { name: 'S3', asks: '... and its box in the picture', score: s3 },
  ].map(({ name, asks, score: { hits, precision, recall, f1 } }) => [
    name,
    asks,
    f1.toFixed(4),
    precision.toFixed(4),
    recall.toFixed(4),
    String(hits),
  ]);
  const lines = [
    `${counted(items, 'item')}, ${counted(clips, 'clip')}, ${clipsWithCounterpart} of them with an item here; ${counted(answers, 'answer')}`,
    '',
    textTable([['', '', 'F1', 'precision', 'recall', 'hits'], ...rows], [2, 3, 4, 5]),
    `frame box: IoU ${frameBox.meanIou.toFixed(4)} on average, above 0.5 in ${percent(frameBox.above50)} of ${frameBox.judged}`,
  ];
  if (retrieval) {
    const { recallAt1, recallAt5, recallAt10 } = retrieval;
    lines.push(
      `clip -> item recall: @1 ${recallAt1.toFixed(4)}, @5 ${recallAt5.toFixed(4)}, @10 ${recallAt10.toFixed(4)}`,
    );
  }
  lines.push(
    `final = ${weights.s1} S1 + ${weights.s2} S2 + ${weights.s3} S3 (a participant’s weights; the contest’s own page is not to be had)`,
    `final ${final.toFixed(4)}`,
  );
  return `${lines.join('\n')}\n`;
}

/** How many faults of the annotations there are, and the first few; nothing when there are none. */
export function problemLines({ problems }: Evaluation): string {
  if (problems.length === 0) return '';
  const shown = problems.slice(0, 5).map(({ path, problem }) => `  ${path}: ${problem}\n`);
  const more =
    problems.length > shown.length ? `  and ${problems.length - shown.length} more (--json lists all)\n` : '';
  return `${problems.length} ${problems.length === 1 ? 'fault' : 'faults'} of annotations, which count as not annotated:\n${shown.join('')}${more}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

import { type StageReport } from './stage-meter.ts';

/** Name of the stage whose slots were at work for the largest share of their time; undefined when none was at all. */
export function limitingStage(stages: Readonly<Record<string, StageReport>>): string | undefined {
  let limit: string | undefined;
  let largest = 0;
  for (const [name, report] of Object.entries(stages)) {
    const share = busyShare(report);
    if (share <= largest) continue;
    largest = share;
    limit = name;
  }
  return limit;
}

function busyShare({ busyMs, creditWaitMs, inputWaitMs }: StageReport): number {
  const totalMs = busyMs + creditWaitMs + inputWaitMs;
  return totalMs > 0 ? busyMs / totalMs : 0;
}

import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { type Sighting, type FrameEvent, type StatsEvent, type WatchEvent } from '../core/watch-event.ts';
import { type TerminalStream } from './context.ts';
import { counted } from '../core/counted.ts';

/** A panel of what is on show; disposing it leaves its last state on the terminal. */
export interface LivePanel extends Disposable {
  update(event: WatchEvent): void;
}

/** Least time between two drawings, in milliseconds. */
const drawEveryMs = 100;

/** Announcements that are listed after they ended. */
const pastShows = 5;

/** Draws a panel on a terminal: what is on show, how sure that is, what was shown before, latency and dropped frames. */
export function livePanel(stream: TerminalStream): LivePanel {
  const log = createLogUpdate(stream);
  const state = emptyPanel();
  let drawnMs = -Infinity;
  const draw = (): void => {
    drawnMs = performance.now();
    log(panelLines(state, stream.columns ?? 80).join('\n'));
  };
  return {
    update: (event) => {
      addToPanel(state, event);
      if (performance.now() - drawnMs >= drawEveryMs || event.type !== 'frame') draw();
    },
    [Symbol.dispose]: () => {
      draw();
      log.done();
    },
  };
}

/** What the panel shows. */
export interface PanelState {
  readonly shown: Map<number, Sighting>;
  readonly past: string[];
  frame: FrameEvent | undefined;
  stats: StatsEvent | undefined;
  frames: number;
}

/** A panel before the first event. */
export function emptyPanel(): PanelState {
  return { shown: new Map(), past: [], frame: undefined, stats: undefined, frames: 0 };
}

/** Takes an event into the panel. */
export function addToPanel(state: PanelState, event: WatchEvent): void {
  switch (event.type) {
    case 'frame': {
      state.frame = event;
      state.frames += 1;
      for (const { track, nearest } of event.boxes) {
        for (const [show, finding] of state.shown) {
          if (finding.track === track && nearest?.item === finding.item) {
            state.shown.set(show, { ...finding, ...nearest, seconds: event.seconds });
          }
        }
      }
      break;
    }
    case 'match':
    case 'revise':
      state.shown.set(event.show, event);
      break;
    case 'end': {
      state.shown.delete(event.show);
      state.past.unshift(`${event.item}  ${clock(event.since)} to ${clock(event.until)}  ${event.reason}`);
      state.past.splice(pastShows);
      break;
    }
    case 'stats':
      state.stats = event;
      break;
  }
}

/** The panel as lines of at most `columns` characters. */
export function panelLines({ shown, past, frame, stats, frames }: PanelState, columns: number): readonly string[] {
  const width = Math.min(columns, 100) - 1;
  const lines: string[] = [];
  const add = (text: string, style?: Parameters<typeof styleText>[0]): void => {
    const fit = text.slice(0, width);
    lines.push(style === undefined ? fit : styleText(style, fit));
  };
  const onShow = [...shown.values()];
  add(onShow.length === 0 ? 'Nothing of the shop is on show' : 'On show', 'bold');
  for (const { item, picture, confidence, distance, since, runnerUp } of onShow) {
    const filled = Math.round(confidence * 20);
    add(
      `  ${item}  ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${percent(confidence)}  since ${clock(since)}`,
      'green',
    );
    const second = runnerUp === null ? 'no other item' : `then ${runnerUp.item} at ${runnerUp.distance.toFixed(2)}`;
    add(`    picture ${picture}, distance ${distance.toFixed(2)}; ${second}`);
  }
  if (past.length > 0) add('Before', 'bold');
  for (const line of past) add(`  ${line}`, 'dim');
  if (frame) {
    const dropped = stats?.frames.dropped ?? 0;
    const facts = [
      clock(frame.seconds),
      `${counted(frames, 'frame')} looked at`,
      `${dropped} dropped`,
      `${Math.round(frame.latencyMs)} ms behind`,
    ];
    add(facts.join(' · '), 'dim');
  }
  return lines;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

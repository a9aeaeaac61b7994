import { formatRatio } from './format-spread.ts';
import { type Spread } from './spread.ts';

/** A group of bars. */
export interface BarGroup {
  readonly label: string;
  /** One spread a series, in the order of the series. */
  readonly bars: readonly Spread[];
}

/** Options of {@link barChart}. */
export interface BarChartOptions {
  readonly title: string;
  readonly series: readonly string[];
  readonly groups: readonly BarGroup[];
}

const colors = ['#1f6feb', '#d4793a', '#2da44e', '#8250df'];
const width = 720;
const labelWidth = 170;
const valueWidth = 60;
const barHeight = 16;
const groupGap = 14;
const top = 56;

/** Horizontal bars from 0 at their medians, with the quartiles as a line: an SVG that is readable on light and dark pages. */
export function barChart({ title, series, groups }: BarChartOptions): string {
  const most = Math.max(
    ...groups.flatMap(({ bars }) => bars.map(({ median, quartiles }) => Math.max(median, quartiles[1]))),
  );
  const x = (value: number): number =>
    Number((labelWidth + (value / most) * (width - labelWidth - valueWidth)).toFixed(1));
  const rows: string[] = [];
  let y = top;
  for (const { label, bars } of groups) {
    const middle = y + (bars.length * barHeight) / 2;
    rows.push(text(label, { x: labelWidth - 8, y: middle + 4, anchor: 'end' }));
    for (const [place, { median, quartiles }] of bars.entries()) {
      const [low, high] = quartiles.map(x);
      const line = y + barHeight / 2;
      rows.push(
        `<rect x="${labelWidth}" y="${y + 1}" width="${(x(median) - labelWidth).toFixed(1)}" height="${barHeight - 2}" fill="${colors[place % colors.length]}"/>`,
        `<path d="M${low} ${line}H${high}M${low} ${line - 4}v8M${high} ${line - 4}v8" stroke="#24292f"/>`,
        text(formatRatio(median), { x: Math.max(x(median), high ?? 0) + 6, y: line + 4 }),
      );
      y += barHeight;
    }
    y += groupGap;
  }
  const legend = series.flatMap((name, place) => {
    const left = labelWidth + place * 140;
    return [
      `<rect x="${left}" y="32" width="12" height="12" fill="${colors[place % colors.length]}"/>`,
      text(name, { x: left + 18, y: 42 }),
    ];
  });
  const box = `viewBox="0 0 ${width} ${y}" width="${width}" height="${y}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    text(title, { x: 12, y: 20, weight: 'bold' }),
    ...legend,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'end';
  readonly weight?: 'bold';
}

function text(content: string, { x, y, anchor, weight }: TextOptions): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const style = `${anchor ? ` text-anchor="${anchor}"` : ''}${weight ? ` font-weight="${weight}"` : ''}`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#24292f"${style}>${escaped}</text>`;
}

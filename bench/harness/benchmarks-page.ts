import { type Scenarios } from './scenario.ts';

/** The page `docs/benchmarks.md`: a part for each scenario that was measured, by its name. */
export function benchmarksPage(scenarios: Scenarios, measured: ReadonlyMap<string, unknown>): string {
  const sections = [...measured].map(([name, results]) => `\n## ${name}\n\n${scenarios[name]!.section(results)}`);
  return `<!-- Made by \`npm run bench -- --docs\` from bench/results. Do not edit. -->

# Benchmarks

Each ratio is one within pairs of runs that directly followed each other (A B A B), so that what else the machine did met both. Shown are the median and,
in brackets, the quartiles. A run that warms up comes first and is not counted. CPU is user and system time, that of child processes included. A load
average well above the number of cores says that other programs ran too: ratios of CPU time suffer less from that than those of wall time.
${sections.join('')}`;
}

/** The pictures of the page, as SVG, by their path from the page. */
export function benchmarksPlots(
  scenarios: Scenarios,
  measured: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  return new Map([...measured].flatMap(([name, results]) => Object.entries(scenarios[name]!.plots(results))));
}

/** Lines as one text, each with its end. */
export function textLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

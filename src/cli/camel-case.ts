/** The name under which yargs hands the option `clip-frames` on: `clipFrames`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/gu, (_match, letter: string) => letter.toUpperCase());
}

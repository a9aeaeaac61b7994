/** Files that are piped in by mistake: what they are called, and what stands where in their first bytes. */
const containers: readonly { readonly name: string; readonly at: number; readonly text: string }[] = [
  { name: 'an MP4 or QuickTime file', at: 4, text: 'ftyp' },
  { name: 'a Matroska or WebM file', at: 0, text: '\u001aE\u00df\u00a3' },
  { name: 'an AVI file', at: 8, text: 'AVI ' },
  { name: 'a WebP picture', at: 8, text: 'WEBP' },
  { name: 'an FLV file', at: 0, text: 'FLV\u0001' },
  { name: 'an Ogg file', at: 0, text: 'OggS' },
  { name: 'a GIF', at: 0, text: 'GIF8' },
];

/** Bytes that tell any of them. */
export const longestContainer = 12;

/** Names the kind of file that begins with `bytes`, of which {@link longestContainer} are enough; undefined when it is none that is known. */
export function containerAt(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes);
  return containers.find((container) => text.startsWith(container.text, container.at))?.name;
}

/** What may begin at a place in a stream. `y4m` is the header of a YUV4MPEG2 stream, `y4m-frame` one of its frames. */
export type Signature = 'jpeg' | 'png' | 'ppm' | 'y4m' | 'y4m-frame';

/** Bytes of the longest signature. */
export const longestSignature = 10;

const latin = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const patterns: readonly {
  readonly signature: Signature;
  readonly bytes: readonly number[];
  readonly next?: string;
}[] = [
  { signature: 'jpeg', bytes: [0xff, 0xd8, 0xff] },
  { signature: 'png', bytes: [0x89, ...latin('PNG\r\n\u001a\n')] },
  { signature: 'ppm', bytes: latin('P6'), next: ' \t\r\n' },
  { signature: 'ppm', bytes: latin('P5'), next: ' \t\r\n' },
  { signature: 'y4m', bytes: latin('YUV4MPEG2 ') },
  { signature: 'y4m-frame', bytes: latin('FRAME'), next: ' \n' },
];

/** The signatures that may stand where a frame ends: of anything at the start, later of what the stream is made of. */
export function expectedSignatures(latest: Signature | undefined): readonly Signature[] {
  if (latest === undefined) return ['jpeg', 'png', 'ppm', 'y4m'];
  return latest === 'y4m' || latest === 'y4m-frame' ? ['y4m', 'y4m-frame'] : ['jpeg', 'png', 'ppm'];
}

/** The signature that stands at `at`; undefined if none of `expected` does. */
export function signatureAt(bytes: Uint8Array, at: number, expected: readonly Signature[]): Signature | undefined {
  return patterns.find(({ signature, bytes: pattern, next }) => {
    if (bytes[at] !== pattern[0] || !expected.includes(signature)) return false;
    if (!pattern.every((byte, i) => bytes[at + i] === byte)) return false;
    return next === undefined || next.includes(String.fromCharCode(bytes[at + pattern.length] ?? 0));
  })?.signature;
}

/** Whether all of `bytes` is the beginning of a signature. */
export function isSignatureStart(bytes: Uint8Array, expected: readonly Signature[]): boolean {
  return patterns.some(
    ({ signature, bytes: pattern }) =>
      expected.includes(signature) && bytes.length <= pattern.length && bytes.every((byte, i) => byte === pattern[i]),
  );
}

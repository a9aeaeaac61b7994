import { counted } from '../core/counted.ts';

/** That there are other files, which may have been meant to be read; `where` says what lists them. Nothing where there are none. */
export function passedOver(ignored: readonly unknown[], where: string): readonly string[] {
  return ignored.length === 0 ? [] : [`${counted(ignored.length, 'other file')} passed over${where}`];
}

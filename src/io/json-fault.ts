import { z } from 'zod';
import { messageOf } from '../core/errors.ts';

/** What is wrong with a JSON file, in one line: where its content is not as its schema wants it, and how, or why it is no JSON. */
export function jsonFault(thrown: unknown): string {
  const [issue] = thrown instanceof z.ZodError ? thrown.issues : [];
  if (issue === undefined) return messageOf(thrown).replaceAll(/\s+/g, ' ');
  return issue.path.length === 0 ? issue.message : `at "${issue.path.join('.')}": ${issue.message}`;
}

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { ArgumentInvalid } from '../failures.ts';

/** The text of a file, or of standard input where it is called `-`. Throws ArgumentInvalid. */
export async function contentOf(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  try {
    return await (file === '-' ? text(stdin) : readFile(file, 'utf8'));
  } catch (error) {
    throw new ArgumentInvalid(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}; name a file, or - for standard input`);
  }
}

import type { z } from 'zod';
import { Name } from './names.ts';

/** Words of which some are documented, and more may come. */
export interface OpenSet {
  /** A documented word, or one that nobody has documented yet. Not blank, and no documented word in another spelling. */
  readonly schema: z.ZodType<string, string>;
  /** The word that a value stands for: a documented one in whatever case, another one as it came. Undefined if it is none. */
  read(value: unknown): string | undefined;
}

export function openSet(words: readonly string[]): OpenSet {
  const documented = new Map(words.map((word) => [word.toLowerCase(), word]));
  const known = new Set(words);
  const spelt = (text: string) => {
    const word = text.trim();
    return word === '' ? undefined : (documented.get(word.toLowerCase()) ?? text);
  };
  return {
    schema: Name.refine((text) => known.has(text) || spelt(text) === text, 'expected a word as it is documented'),
    read: (value) => (typeof value === 'string' && Name.safeParse(value).success ? spelt(value) : undefined),
  };
}

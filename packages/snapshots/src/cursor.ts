import type { IndexOrder } from './keys.ts';
import type { Place } from './merge.ts';

/** A cursor says after which place the next page begins: a client that stays as it is keeps its place, whatever others do. */
export function encodeCursor(order: IndexOrder, { since, name }: Place): string {
  return Buffer.from(JSON.stringify(order === 'since' ? [order, name, since] : [order, name])).toString('base64url');
}

/** Throws CursorInvalid. */
export function decodeCursor(cursor: string, order: IndexOrder): Place {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new CursorInvalid(order);
  }
  const [of, name, since]: unknown[] = Array.isArray(parts) ? parts : [];
  if (of !== order || typeof name !== 'string' || name === '') throw new CursorInvalid(order);
  if (order === 'name') return { name };
  if (!Number.isSafeInteger(since)) throw new CursorInvalid(order);
  return { name, since: since as number };
}

/** The cursor is not one that a list in this order gave: begin again without it. */
export class CursorInvalid extends Error {
  override readonly name = 'CursorInvalid';
  constructor(order: string) {
    super(`the cursor is not one that a list in the order of ${order} gave`);
  }
}

/** Sixteen digits in a row: the shortest integer that a double may round. */
const MAY_BE_ROUNDED = /\d{16}/;

/** Parses JSON without rounding: an integer beyond 2^53 becomes a bigint. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayBeRounded(value, MAX_LOOK) && MAY_BE_ROUNDED.test(text) ? JSON.parse(text, exactInteger as Reviver) : value;
}

/** Levels that are looked through; deeper, anything may be. */
const MAX_LOOK = 32;

/** Whether it holds a number that a double may have rounded. Mostly not, and looking is faster than having each member revived. */
function mayBeRounded(value: unknown, levels: number): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // Most members are texts: those are passed over here, and Object.values is faster than for…in where objects differ in their members.
  for (const member of Object.values(value)) if (typeof member !== 'string' && mayBeRounded(member, levels - 1)) return true;
  return false;
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function exactInteger(_key: string, value: unknown, context: { source: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(context.source)) return value;
  return BigInt(context.source);
}

/** How often JSON may stand as text within JSON. */
const MAX_WRAPPINGS = 3;

/** What a text holds that is JSON, or the JSON of such a text; the value itself if it is none. Never throws. */
export function unwrapJson(value: unknown, wrappings = MAX_WRAPPINGS): unknown {
  if (typeof value !== 'string' || wrappings === 0) return value;
  try {
    return unwrapJson(parseJson(value), wrappings - 1);
  } catch {
    return value;
  }
}

/** Serialises what parseJson gave, bigints included. */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // It takes no bigint. They are rare, and asking of each member is slow.
    return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? rawJson(member.toString()) : member));
  }
}

/** An integer as JSON has it: what `parseJson` gives back of it, and `stringifyJson` writes exactly. */
export function jsonInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** True if `value` nests arrays or objects more than `limit` deep. Iterative: depth must not cost stack. */
export function nestsDeeperThan(limit: number, value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const containers = level.filter((member): member is object => typeof member === 'object' && member !== null);
    if (containers.length > 0 && depth >= limit) return true;
    level = containers.flatMap((container) => Object.values(container));
  }
  return false;
}

import { nestsDeeperThan, stringifyJson, unwrapJson } from './json.ts';
import { MAX_ATTRIBUTE_DEPTH } from './lifecycle-event.ts';

/** Where attributes stand that cannot be read as an object. */
const RAW = 'raw';

/** Deeper than that, not even a text is made of it: whoever serialises it could run out of stack. */
const MAX_SERIALISED_DEPTH = 64;

/** Attributes in whatever form they come: an object is itself; an array of pairs (`{"key": …, "value": …}`, `{"name": …, "value": …}`,
 *  `[key, value]` or `{key: value}`) an object, of equal keys the last; JSON text what it holds; nothing (null, blank, an empty array) `{}`; all else
 *  `{"raw": …}`. Never throws. What nests too deeply even for that is left for the schema to refuse. */
export function readAttributes(found: unknown): unknown {
  const value = unwrapJson(found);
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return {};
  if (nestsDeeperThan(MAX_ATTRIBUTE_DEPTH, value)) return keptRaw(found);
  if (Array.isArray(value)) return fromPairs(value) ?? keptRaw(found);
  return typeof value === 'object' ? value : keptRaw(found);
}

function fromPairs(entries: readonly unknown[]): object | undefined {
  const pairs = entries.map(pairOf);
  return pairs.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

function pairOf(entry: unknown): readonly [string, unknown] | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (Array.isArray(entry)) return entry.length === 2 && typeof entry[0] === 'string' ? [entry[0], entry[1]] : undefined;
  const fields = new Map(Object.entries(entry).map(([name, value]) => [name.toLowerCase(), value]));
  const key: unknown = fields.get('key') ?? fields.get('name');
  if (typeof key === 'string' && fields.has('value')) return [key, fields.get('value')];
  const [only, ...others] = Object.entries(entry);
  return others.length === 0 && !['key', 'name', 'value'].some((field) => fields.has(field)) ? only : undefined;
}

function keptRaw(found: unknown): unknown {
  if (nestsDeeperThan(MAX_SERIALISED_DEPTH, found)) return found;
  return { [RAW]: nestsDeeperThan(MAX_ATTRIBUTE_DEPTH - 1, found) ? stringifyJson(found) : found };
}

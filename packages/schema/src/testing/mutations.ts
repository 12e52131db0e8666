import fc from 'fast-check';
import { SAMPLE_NAMES, sampleText } from './article-samples.ts';

/** What is likely to break a reader of JSON, numbers and names. */
const FRAGMENTS = [
  '9223372036854775807',
  '"-9223372036854775808"',
  '9223372036854775808',
  '-9223372036854775809',
  '9007199254740993',
  '1.5',
  '-0',
  '1e400',
  '"\\ud83d"',
  '"\\ude00\\ud83d"',
  '"😀"',
  '"\\u0000"',
  '"a/b%2F{c}"',
  '"9999-12-31T23:59:59.9999999Z"',
  '"2023-07-29t01:23:49z"',
  'null',
  '{}',
  '[]',
  '{"__proto__":{"specversion":"1.0"}}',
  '{"constructor":{"prototype":1}}',
] as const;

const KEYS = ['__proto__', 'constructor', 'toString', 'specversion', 'id', 'type', 'time', 'data', 'sequenceNumber', 'attributes'] as const;

const TOKEN = /"(?:[^"\\]|\\.)*"|[-\w.+]+|[{}[\],:]|\s+/gu;

const samples = fc.constantFrom(...SAMPLE_NAMES).map(sampleText);
const json = fc.oneof(
  fc.constantFrom(...FRAGMENTS),
  fc.json({ stringUnit: 'binary', maxDepth: 3 }),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
);

/** One of the article's events with one thing changed; often still an event. */
const changed = fc.oneof(
  { arbitrary: samples, weight: 1 },
  { arbitrary: fc.tuple(samples, fc.nat(), json).map(([text, at, value]) => replaceValue(text, at, value)), weight: 4 },
  { arbitrary: fc.tuple(samples, fc.constantFrom(...KEYS), json, fc.boolean()).map(addField), weight: 2 },
  { arbitrary: fc.tuple(samples, fc.nat(), fc.nat()).map(swapTokens), weight: 1 },
  { arbitrary: fc.tuple(samples, fc.nat()).map(dropToken), weight: 1 },
  { arbitrary: fc.tuple(samples, fc.nat()).map(([text, at]) => text.slice(0, at % text.length)), weight: 1 },
  { arbitrary: fc.tuple(samples, fc.nat()).map(deleteField), weight: 1 },
);

/** The text of an event, changed once or twice, or of any JSON. */
export const eventTexts = fc.oneof({ arbitrary: changed, weight: 6 }, { arbitrary: json, weight: 1 });

/** The text of an array of such, sometimes with something odd around and between. */
export const arrayTexts = fc
  .tuple(
    fc.array(eventTexts, { maxLength: 4 }),
    fc.constantFrom('[', ' [', '\ufeff[', '\n[\t', '[,'),
    fc.constantFrom(',', ' ,\n', ',,'),
    fc.constantFrom(']', ' ]\n', '', ',]', ']]', '] {}'),
  )
  .map(([events, open, between, close]) => `${open}${events.join(between)}${close}`);

/** Bytes of a text with some of them flipped, cut off or put in. */
export const damaged = (texts: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc.tuple(texts, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 })).map(([text, flips]) => {
    const bytes = Buffer.from(text);
    for (const [at, byte] of flips) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });

function replaceValue(text: string, at: number, value: string): string {
  const tokens = tokensOf(text);
  const values = [...tokens.keys()].filter((index) => /^["\d]/.test(tokens[index] ?? '') && tokens[index + 1] !== ':');
  const chosen = values[at % values.length];
  return chosen === undefined ? text : tokens.with(chosen, value).join('');
}

function addField([text, key, value, inData]: [string, string, string, boolean]): string {
  const field = `${JSON.stringify(key)}:${value},`;
  return inData ? text.replace('"data": {', (data) => `${data}${field}`) : text.replace('{', (brace) => `${brace}${field}`);
}

function deleteField([text, at]: [string, number]): string {
  const event = JSON.parse(text) as Record<string, unknown>;
  const holders = [event, event['data'] as Record<string, unknown>];
  const fields = holders.flatMap((holder) => Object.keys(holder).map((field) => ({ holder, field })));
  const chosen = fields[at % fields.length];
  if (chosen !== undefined) delete chosen.holder[chosen.field];
  return JSON.stringify(event);
}

function swapTokens([text, a, b]: [string, number, number]): string {
  const tokens = tokensOf(text);
  const [first, second] = [a % tokens.length, b % tokens.length];
  return tokens
    .with(first, tokens[second] ?? '')
    .with(second, tokens[first] ?? '')
    .join('');
}

function dropToken([text, at]: [string, number]): string {
  const tokens = tokensOf(text);
  return tokens.toSpliced(at % tokens.length, 1).join('');
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

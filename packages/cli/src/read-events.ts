import { parseJson, splitArray } from '@rollcall/schema';

export class NotEvents extends Error {
  override readonly name = 'NotEvents';
}

/** The events of a file, each byte for byte: one JSON object, an array of them, or NDJSON. Throws NotEvents, naming the place. */
export function readEvents(text: string): string[] {
  const events = splitArray(text) ?? wholeOrLines(text);
  if (events.length === 0) throw new NotEvents('it holds no events');
  events.forEach((event, at) => {
    if (!isObject(event)) throw new NotEvents(`event ${at + 1} is not a JSON object`);
  });
  return events;
}

function wholeOrLines(text: string): string[] {
  if (isObject(text)) return [text.trim()];
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

function isObject(text: string): boolean {
  try {
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

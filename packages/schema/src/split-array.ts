const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The texts of a JSON array's elements, each byte for byte as it stands there; undefined if the text does not start an array.
 *  Nothing is thrown away: what follows the last good element of a broken array is one more element, for the parser to reject. */
export function splitArray(text: string): string[] | undefined {
  const start = text.search(/\S/);
  if (text.charCodeAt(start) !== OPEN_BRACKET) return undefined;
  const elements: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let at = from; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        depth++;
        break;
      case CLOSE_BRACE:
        depth--;
        break;
      case CLOSE_BRACKET:
        if (depth === 0) return [...elements, ...lastElements(text.slice(from, at), text.slice(at + 1), elements.length > 0)];
        depth--;
        break;
      case COMMA:
        if (depth === 0) {
          elements.push(text.slice(from, at).trim());
          from = at + 1;
        }
        break;
    }
  }
  return [...elements, ...lastElements(text.slice(from), '', false)];
}

/** Where the string ends that begins at `quote`; the end of the text if it does not. */
export function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function lastElements(last: string, rest: string, afterComma: boolean): string[] {
  const elements = [];
  if (afterComma || last.trim() !== '') elements.push(last.trim());
  if (rest.trim() !== '') elements.push(rest.trim());
  return elements;
}

const LONGEST = 300;

/** An error in one line for people: its message with those of the errors inside it (an AggregateError often has none of its own) and of its
 *  causes. Each text once, the signature of a shared access signature left out. At most 300 characters. */
export function describeError(error: unknown): string {
  const texts: string[] = [];
  collect(error, texts, 0);
  const line = texts.filter((text, at) => !texts.slice(0, at).some((earlier) => earlier.includes(text))).join(': ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** An error that has itself as a cause must not be followed for ever. */
const DEEPEST = 5;

function collect(error: unknown, texts: string[], depth: number): void {
  if (depth > DEEPEST || error === undefined || error === null) return;
  if (!(error instanceof Error)) {
    texts.push(oneLine(String(error)));
    return;
  }
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  const { code } = error as { code?: unknown };
  const text = oneLine(error.message) || (inner.length > 0 ? '' : oneLine(String(code ?? error.name)));
  if (text !== '') texts.push(text);
  for (const each of inner) collect(each, texts, depth + 1);
  collect(error.cause, texts, depth + 1);
}

/** Azure's storage adds lines with the request's id and time, which differ each time. */
function oneLine(text: string): string {
  const [first = ''] = text.trim().split(/\r?\n/);
  return first.replaceAll(/\bsig=[^&\s]+/g, 'sig=…').trim();
}

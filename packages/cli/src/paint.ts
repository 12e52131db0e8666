import { styleText } from 'node:util';

/** What a piece of output means; what colour that is, is decided here alone. */
export type Meaning = 'good' | 'bad' | 'doubtful' | 'heading' | 'aside';

/** Marks a text with its meaning. The text must hold no control characters of its own. */
export type Paint = (meaning: Meaning, text: string) => string;

const STYLES = { good: 'green', bad: 'red', doubtful: 'yellow', heading: 'bold', aside: 'dim' } as const;

/** Leaves every text as it is. */
export const plain: Paint = (_meaning, text) => text;

/** Colours for `stream`: none where it is not a terminal, or where NO_COLOR says so. */
export function painter(stream: NodeJS.WritableStream): Paint {
  return (meaning, text) => styleText(STYLES[meaning], text, { stream, validateStream: true });
}

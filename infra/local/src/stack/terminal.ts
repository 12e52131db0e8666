import { styleText } from 'node:util';
import type { PartName } from './part.ts';
import type { PartEvent } from './running-part.ts';

type Format = Parameters<typeof styleText>[0];

/** What `npm start` shows: lines that stay, and on a terminal one at the bottom that is overwritten. */
export class Terminal {
  readonly #output: NodeJS.WriteStream;
  #passing = false;
  #answered = new Set<PartName>();

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
    // A reader such as `head` may go away; the stack runs on.
    output.on('error', () => {});
  }

  line(text = ''): void {
    this.#output.write(`${this.#clear()}${text}\n`);
  }

  /** Colours where the terminal has them and NO_COLOR is not set. */
  style(format: Format, text: string): string {
    return styleText(format, text, { stream: this.#output });
  }

  event(part: PartName, event: PartEvent): void {
    switch (event.is) {
      case 'preparing':
        this.#outlook(part, `${event.text} …`);
        break;
      case 'prepared':
        this.#status(part, event.text);
        break;
      case 'starting':
        if (this.#output.isTTY) this.#outlook(part, 'starting …');
        break;
      case 'answering': {
        const answers = this.#answered.has(part) ? 'answers again' : 'answers';
        this.#answered.add(part);
        this.#status(part, `${this.style('green', answers)} ${this.style('dim', `after ${seconds(event.after)}`)}`);
        break;
      }
      case 'died':
        this.#status(part, `${this.style('red', 'died')} (${event.how}), starts again in ${seconds(event.startsAgainIn)}`);
        break;
      default:
        event satisfies never;
    }
  }

  #status(part: PartName, text: string): void {
    this.line(`  ${part.padEnd(10)} ${text}`);
  }

  #outlook(part: PartName, text: string): void {
    if (this.#output.isTTY) {
      this.#output.write(`${this.#clear()}  ${part.padEnd(10)} ${this.style('dim', text)}`);
      this.#passing = true;
    } else this.#status(part, text);
  }

  #clear(): string {
    const clear = this.#passing ? '\r\u001b[2K' : '';
    this.#passing = false;
    return clear;
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

import type { LogEvent, Presence, SessionSnapshot, SessionStatus } from '@rollcall/schema';
import type { Whose } from './events.ts';
import { knowledgeOf, replay, tell } from './replay.ts';
import { type Seen, Story } from './story.ts';

/** The same events in every order, and each order once more with every event delivered twice. Up to seven events: 5,040 orders. */
export class AnyOrder {
  readonly #stories: Story[] = [];

  constructor(events: readonly LogEvent[]) {
    if (events.length > 7) throw new RangeError(`too many events to try every order of: ${events.length}`);
    let first: string | undefined;
    for (const order of permutations(events)) {
      for (const log of [order, [...order, ...order]]) {
        const known = knowledge(log);
        first ??= known;
        if (known !== first) throw new Error(`the order decides:\n${first}\n${known}\nafter\n  ${log.map(tell).join('\n  ')}`);
      }
      this.#stories.push(new Story(order));
    }
  }

  thenStatus(status: SessionStatus, whose?: Whose): this {
    return this.#each((story) => story.thenStatus(status, whose));
  }

  thenSession(seen: Seen<SessionSnapshot>, whose?: Whose): this {
    return this.#each((story) => story.thenSession(seen, whose));
  }

  thenPresence(presence: Presence, whose?: Whose): this {
    return this.#each((story) => story.thenPresence(presence, whose));
  }

  thenClient(seen: Parameters<Story['thenClient']>[0], whose?: Whose): this {
    return this.#each((story) => story.thenClient(seen, whose));
  }

  #each(check: (story: Story) => void): this {
    for (const story of this.#stories) check(story);
    return this;
  }
}

function knowledge(log: readonly LogEvent[]): string {
  const { clients } = replay(log);
  return [...clients]
    .map(([key, client]) => `${key} ${knowledgeOf(client)}`)
    .sort()
    .join('\n');
}

function* permutations<T>(items: readonly T[]): Iterable<T[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (const [index, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, index), ...items.slice(index + 1)])) yield [item, ...rest];
  }
}

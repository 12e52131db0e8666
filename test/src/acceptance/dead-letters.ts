import { expect } from 'vitest';
import { eventually, type RollcallUnderTest } from './rollcall-under-test.ts';
import { text } from './topic-feed.ts';

/** What must be said of a dead letter. */
export interface Said {
  readonly reason: string;
  readonly detail: string | RegExp;
  /** The client's key, if that much could be read. */
  readonly key?: string | undefined;
  /** Its place in its message. */
  readonly element: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Holds that these bytes are in the dead letters, once, and that Event Hubs has them at the place that the letter names. */
export async function expectDeadLetter(test: RollcallUnderTest, bytes: Buffer, said: Said): Promise<void> {
  const letter = await eventually(() => {
    const letters = test.topic('deadLetters').records.filter(({ value }) => value !== null && bytes.equals(value));
    expect(letters).toHaveLength(1);
    return letters[0];
  });
  const { key, headers } = letter ?? {};
  expect(key && text(key)).toBe(said.key ?? null);
  expect(headers).toMatchObject({
    reason: said.reason,
    detail: typeof said.detail === 'string' ? said.detail : expect.stringMatching(said.detail),
    hub: 'lifecycle',
    'hub-element': String(said.element),
    ...said.headers,
  });
  const { body, offset, enqueuedTimeUtc } = await test.hub.messageAt(
    headers?.['hub-partition'] ?? '',
    Number(headers?.['hub-sequence-number']),
  );
  expect(Buffer.from(body).includes(bytes)).toBe(true);
  expect(headers).toMatchObject({ 'hub-offset': offset, 'hub-enqueued-time': enqueuedTimeUtc.toISOString() });
}

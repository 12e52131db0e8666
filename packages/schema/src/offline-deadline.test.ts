import { expect, it } from 'vitest';
import { clientKey } from './names.ts';
import { OFFLINE_DEADLINE, offlineDeadlineJson } from './offline-deadline.ts';
import { parseRecord } from './parse-record.ts';
import { parseTime, type Time } from './time.ts';

const ending = parseTime('2023-07-29T01:27:40.2446871Z') as Time;
const due = parseTime('2023-07-29T01:28:40Z') as Time;

it('names the client and the ending, and reads back as it was written', () => {
  const json = offlineDeadlineJson('my/ns', 'client "1"', ending, due);
  const record = parseRecord(Buffer.from(clientKey('my/ns', 'client "1"')), Buffer.from(json));
  expect(record).toMatchObject({
    ok: true,
    namespace: 'my/ns',
    client: 'client "1"',
    event: { type: OFFLINE_DEADLINE, time: due, data: { latestEnding: ending } },
  });
});

it('has one id per client and ending, so that a second deadline for the same is seen to be a duplicate', () => {
  const id = (client: string, of: Time, now: Time): unknown => JSON.parse(offlineDeadlineJson('myns', client, of, now)).id;
  expect(id('client1', ending, due)).toBe(id('client1', ending, ending));
  expect(id('client1', ending, due)).not.toBe(id('client1', due, due));
  expect(id('client1', ending, due)).not.toBe(id('client2', ending, due));
});

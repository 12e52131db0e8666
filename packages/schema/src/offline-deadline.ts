import { z } from 'zod';
import { CloudEvent } from './lifecycle-event.ts';
import { Name } from './names.ts';
import { formatTime, type Time, TimeText } from './time.ts';

export const OFFLINE_DEADLINE = 'rollcall.OfflineDeadline';

/** Our own event: the client whose latest ending is `latestEnding` has now been pending for the grace. Only the projector writes it. */
export const OfflineDeadline = CloudEvent.extend({
  type: z.literal(OFFLINE_DEADLINE),
  time: TimeText,
  data: z.object({ namespaceName: Name, clientAuthenticationName: Name, latestEnding: TimeText }),
});
export type OfflineDeadline = z.infer<typeof OfflineDeadline>;

/** The deadline of a client as it goes into `rollcall.events`. The same client and ending always give the same id. */
export function offlineDeadlineJson(namespace: string, client: string, latestEnding: Time, now: Time): string {
  return JSON.stringify({
    specversion: '1.0',
    id: `${namespace}/${client}/${formatTime(latestEnding)}`,
    source: 'rollcall',
    type: OFFLINE_DEADLINE,
    time: formatTime(now),
    data: { namespaceName: namespace, clientAuthenticationName: client, latestEnding: formatTime(latestEnding) },
  });
}

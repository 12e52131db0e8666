import {
  acceptedBy,
  FAULT_SETTINGS,
  FOLD_SETTINGS,
  GROUP_SETTINGS,
  HTTP_SETTINGS,
  KAFKA_SETTINGS,
  TOPIC_SETTINGS,
  wholeNumber,
} from '@rollcall/service';
import { parseRedisUrl, REDIS_URL_FORMS } from '@rollcall/snapshots';

export const SETTINGS = {
  ...KAFKA_SETTINGS,
  ...TOPIC_SETTINGS,
  ...HTTP_SETTINGS,
  ...FAULT_SETTINGS,
  ...GROUP_SETTINGS,
  REDIS_URL: { type: acceptedBy(parseRedisUrl), help: REDIS_URL_FORMS, secret: true },
  ...FOLD_SETTINGS,
  CLIENT_CACHE: {
    type: wholeNumber(0, 10_000_000),
    help: 'clients kept in memory, about 2 KB each, and in a backlog as many still to be written',
    default: '50000',
  },
} as const;

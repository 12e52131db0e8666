import {
  acceptedBy,
  FAULT_SETTINGS,
  FOLD_SETTINGS,
  GROUP_SETTINGS,
  HTTP_SETTINGS,
  KAFKA_SETTINGS,
  TOPIC_SETTINGS,
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
} as const;

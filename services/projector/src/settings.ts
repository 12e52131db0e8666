import { acceptedBy, FAULT_SETTINGS, FOLD_SETTINGS, HTTP_SETTINGS, KAFKA_SETTINGS, TOPIC_SETTINGS } from '@rollcall/service';
import { parseRedisUrl, REDIS_URL_FORMS } from '@rollcall/snapshots';
import { z } from 'zod';

export const SETTINGS = {
  ...KAFKA_SETTINGS,
  ...TOPIC_SETTINGS,
  ...HTTP_SETTINGS,
  ...FAULT_SETTINGS,
  CONSUMER_GROUP: { type: z.string(), help: 'consumer group of all projectors of these topics', default: 'rollcall-projector' },
  REDIS_URL: { type: acceptedBy(parseRedisUrl), help: REDIS_URL_FORMS, secret: true },
  ...FOLD_SETTINGS,
} as const;

import { parseJson, stringifyJson } from '../json.ts';

/** A CloudEvent in the Event Grid schema, as the article's other tab has it. */
export function eventGridSchema(cloudEvent: string): string {
  const { specversion: _, source, type, time, data, ...rest } = parseJson(cloudEvent) as Record<string, unknown>;
  return stringifyJson({ ...rest, topic: source, eventType: type, eventTime: time, data, dataVersion: '1', metadataVersion: '1' });
}

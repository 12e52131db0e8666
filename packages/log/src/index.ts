export { LogUnavailable, TopicsDiffer } from './errors.ts';
export { type GroupOptions, GroupReader, type RecordBatch } from './group-reader.ts';
export type { LogLogger, LogOptions, SaslOptions } from './options.ts';
export type { LogRecord, NewRecord } from './record.ts';
export { tail } from './tail.ts';
export { ensureTopics, type TopicOptions } from './topics.ts';
export { LogWriter } from './writer.ts';

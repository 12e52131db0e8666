export { LogUnavailable, TopicsDiffer } from './errors.ts';
export { GroupMember, type MemberOptions, type RecordBatch } from './group-member.ts';
export { Offsets } from './offsets.ts';
export type { LogLogger, LogOptions, SaslOptions } from './options.ts';
export type { LogRecord, NewRecord } from './record.ts';
export { readRange, tail } from './tail.ts';
export { ensureTopics, type TopicOptions } from './topics.ts';
export { Transactor } from './transactor.ts';
export { LogWriter } from './writer.ts';

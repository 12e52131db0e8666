export { type Fault, type FaultyProxy, startFaultyProxy } from './stack/faulty-proxy.ts';
export { CannotRun, type PartName } from './stack/part.ts';
export { PartFailed, type RunningPart } from './stack/running-part.ts';
export type { AddedPart } from './stack/stack.ts';
export { freePorts, type KafkaCluster, type StartedStack, type StartStackOptions, startStack } from './stack/start-stack.ts';

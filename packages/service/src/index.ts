export { type Config, ConfigInvalid, describeSettings, readConfig, type Setting, type Settings } from './config.ts';
export { Duration } from './duration.ts';
export { KAFKA_SETTINGS, kafkaOptions, TOPIC_SETTINGS, wholeNumber } from './kafka-settings.ts';
export { LOCAL_HUB, LOCAL_NAMESPACE, LOCAL_STACK_SETTINGS, LOOPBACK, type LocalStack, localStack } from './local-stack.ts';
export { createLogger, type Logger } from './logger.ts';
export { isRetryable, patiently } from './patiently.ts';
export { runService, type Service } from './run.ts';

export { Alarms } from './alarms.js';
export { PlatformModule, type RetentionEnds } from './platform.module.js';
export {
  durationMs,
  readKafkaConfig,
  readPlatformConfig,
  type KafkaConfig,
  type PlatformConfig,
} from './platform.config.js';
export { kafkaSettings } from './kafka-road.js';
export { KeyMaintenance, type KeyVersion } from './key-maintenance.js';
export { openPlatform, problems, type Platform, type ServiceSchema } from './platform.js';
export { runMain } from './run-main.js';
export { serve, type RunningService, type ServiceDefinition } from './serve.js';
export { LOGGER, METRICS, PLATFORM_CONFIG, REGISTER, RETENTION_ENDS, ROW_POOL, SEQUENCER } from './tokens.js';

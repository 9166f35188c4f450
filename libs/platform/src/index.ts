export { Alarms } from './alarms.js';
export { PlatformModule } from './platform.module.js';
export { durationMs, readPlatformConfig, type PlatformConfig } from './platform.config.js';
export { openPlatform, problems, type Platform, type ServiceSchema } from './platform.js';
export { runMain } from './run-main.js';
export { serve, type RunningService, type ServiceDefinition } from './serve.js';
export { LOGGER, METRICS, PLATFORM_CONFIG, REGISTER, ROW_POOL, SEQUENCER } from './tokens.js';

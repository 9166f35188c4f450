export { Alarms } from './alarms.js';
export { PlatformModule, type RetentionEnds } from './platform.module.js';
export {
  durationMs,
  readKafkaConfig,
  readDatabaseConfig,
  readPlatformConfig,
  type Environment,
  type KafkaConfig,
  type DatabaseConfig,
  type PlatformConfig,
} from './platform.config.js';
export { clientTls, ownDocumentPath } from './apart.js';
export { openApiDocument } from './openapi.js';
export { ParkedStreamList, ReplayAnswer, ReplayBody } from './parked-streams.http.js';
export { kafkaSettings } from './kafka-road.js';
export { KeyMaintenance, type KeyVersion } from './key-maintenance.js';
export { migrateDatabase, type ServiceSchema } from './platform-database.js';
export { openPlatform, problems, type Platform } from './platform.js';
export { runMain } from './run-main.js';
export { SequencerRunner } from './sequencer.runner.js';
export { serve, type RunningService, type ServiceDefinition } from './serve.js';
export {
  isLoopback,
  readServiceConfig,
  readUpstreamTls,
  servicePorts,
  type ApartConfig,
  type ServiceName,
  type UpstreamTlsFiles,
} from './service.config.js';
export {
  jsonWebKeySet,
  SigningKeySet,
  wrappedSigningKeys,
  type SigningKey,
  type SigningKeyTable,
} from './signing-key-set.js';
export { ServiceTokens, serviceTokenHeader } from './service-trust.js';
export { DELIVERY, LOGGER, METRICS, PLATFORM_CONFIG, REGISTER, RETENTION_ENDS, ROW_POOL, SEQUENCER } from './tokens.js';

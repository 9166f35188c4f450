export { attentionDecider, type AttentionItem } from './attention/attention.decider.js';
export { AttentionItems, type AttentionFact } from './attention/attention-items.js';
export type { AttentionCounts, ItemFilter, ListedItem } from './attention/attention-rows.js';
export { AttentionWatcher, type AttentionWatch } from './attention/attention-watch.worker.js';
export { Alarms } from './operations/alarms.js';
export { PlatformModule, type RetentionEnds } from './parts/platform.module.js';
export { readDatabaseConfig, type DatabaseConfig } from './config/database.config.js';
export { readKafkaConfig, readTopicsConfig, type KafkaConfig } from './config/kafka.config.js';
export { readPlatformConfig, type PlatformConfig, serverConnections } from './config/platform.config.js';
export { clientTls, ownDocumentPath } from './trust/service-entrance.js';
export { openApiDocument } from './host/openapi.js';
export { ParkedStreamList, ReplayAnswer, ReplayBody } from './operations/parked-streams.http.js';
export { kafkaSettings } from './parts/delivery-of-process.js';
export { KeyMaintenance, type KeyVersion } from './operations/key-maintenance.js';
export { migrateDatabase, rowMapWith, type ServiceSchema } from './parts/platform-database.js';
export { openPlatform, problems, type Platform, type PlatformWithoutKeys } from './parts/platform.js';
export { localUrl, pathPrefixOf } from './config/public-address.js';
export { runMain } from './host/run-main.js';
export { reasonOf } from './host/waiting.js';
export { SequencerWorker } from './parts/sequencer.worker.js';
export { serve, type RunningService, type ServiceDefinition } from './host/serve.js';
export { serviceProcesses, servicePorts, type ServiceName } from './config/service-ports.js';
export {
  readServiceConfig,
  readUpstreamTls,
  serviceUrl,
  type DistributedConfig,
  type UpstreamTlsFiles,
} from './config/service.config.js';
export {
  jsonWebKeySet,
  SigningKeySet,
  wrappedSigningKeys,
  type SigningKey,
  type SigningKeyTable,
} from './trust/signing-key-set.js';
export { ServiceTokens, serviceTokenHeader } from './trust/service-trust.js';
export {
  DELIVERY,
  LOGGER,
  METRICS,
  PLATFORM_CONFIG,
  REGISTER,
  RETENTION_ENDS,
  ROW_POOL,
  SEQUENCER,
} from './parts/tokens.js';
export { ageGauge, type AgeOptions } from './operations/age.metrics.js';

export { printsSecrets, readEsdbAddress, type EsdbAddress } from './esdb-address.js';
export { EventStoreDbEventStore, NotReady, type EventStoreDbOptions } from './esdb-event-store.js';
export { CreateEventStore1764000000000, eventStoreMigrations, eventStoreRows } from './event-store.migration.js';
export { PostgresEventStore, type PostgresEventStoreOptions } from './postgres-event-store.js';
export { LogBroken } from './log-broken.js';
export {
  PostgresSequencer,
  type PostgresSequencerOptions,
  type SequencerLog,
  type SequencerState,
} from './postgres-sequencer.js';
export { sequencerLag, type SequencerLag } from './sequencer-lag.js';

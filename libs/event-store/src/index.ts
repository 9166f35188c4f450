export { CreateEventStore1764000000000, eventStoreMigrations } from './event-store.migration.js';
export { LogBroken, PostgresEventStore, type PostgresEventStoreOptions } from './postgres-event-store.js';
export {
  PostgresSequencer,
  type PostgresSequencerOptions,
  type SequencerLag,
  type SequencerLog,
  type SequencerState,
} from './postgres-sequencer.js';

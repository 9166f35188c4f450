export { deciderSpec, type DeciderGiven, type DeciderOutcome } from './decider-spec.js';
export { MemoryEventStore } from './memory-event-store.js';
export { testDatabase, type TestDatabase } from './test-database.js';

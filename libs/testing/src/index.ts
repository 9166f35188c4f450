export { deciderSpec, type DeciderGiven, type DeciderOutcome } from './decider-spec.js';
export { MemoryEventStore } from './memory-event-store.js';
export { newEvent } from './new-event.js';
export { selfSignedCertificate, type TestCertificate } from './self-signed-certificate.js';
export { testDatabase, type TestDatabase } from './test-database.js';
export { openPool } from '@dittoo/database';

import { MemoryEventStore } from '@dittoo/testing';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('memory', async () => ({ store: new MemoryEventStore(), close: async () => undefined }));
eventStoreContract('memory with gaps', async () => ({ store: new MemoryEventStore(7n), close: async () => undefined }));

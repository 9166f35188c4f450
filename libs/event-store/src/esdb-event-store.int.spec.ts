/*
 * The contract on EventStoreDB: always on the sandbox, and on a real server where EVENT_STORE_URL names one. The server
 * must be empty and accept appends of 4 MiB (`--max-append-size=4194304`).
 */
import { EventStoreDbEventStore } from './esdb-event-store.js';
import { readEsdbAddress } from './esdb-address.js';
import { eventStoreContract } from './event-store.contract.js';
import { EventStoreSandbox } from '@dittoo/event-store-sandbox';

eventStoreContract(
  'the sandbox for EventStoreDB',
  async () => {
    const sandbox = await EventStoreSandbox.start();
    const store = new EventStoreDbEventStore(readEsdbAddress(sandbox.url));
    return {
      store,
      close: async () => {
        await store.close();
        await sandbox.stop();
      },
    };
  },
  { knows: 'repeats' },
);

const real = process.env['EVENT_STORE_URL'];
if (real !== undefined && real !== '') {
  eventStoreContract(
    'EventStoreDB',
    async () => {
      const store = new EventStoreDbEventStore(readEsdbAddress(real));
      return { store, close: () => store.close() };
    },
    { knows: 'repeats' },
  );
}

import { EventStoreSandbox } from '@dittoo/event-store-sandbox';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { ApartShop } from './apart-process.js';
import { traceContract } from './trace.contract.js';

/** With the log in EventStoreDB's sandbox as well: what the compose file runs, every part of it another process. */
describe('a trace through the shop as separate processes, over Kafka and EventStoreDB', () => {
  let sandbox: EventStoreSandbox;
  beforeAll(async () => {
    sandbox = await EventStoreSandbox.start();
  });

  traceContract(
    (env) => ApartShop.start({ ...env, EVENT_STORE_URL: sandbox.url }),
    [
      'processor-forwarding: forward openPayment',
      'processor-forwarding: handle OrderPlaced',
      'order: POST /api/v1/orders',
      'gateway: POST /api/v1/orders',
    ],
  );
  afterAll(() => sandbox.stop());
});

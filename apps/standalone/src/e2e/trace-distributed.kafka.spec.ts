import { EventStoreSandbox } from '@dittoo/event-store-sandbox';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { DistributedShop } from './distributed-process.js';
import { traceContract } from './trace.contract.js';

/** With the log in EventStoreDB's sandbox too: the processes of the compose file. */
describe('a trace through the distributed shop, over Kafka and EventStoreDB', () => {
  let sandbox: EventStoreSandbox;
  beforeAll(async () => {
    sandbox = await EventStoreSandbox.start();
  });

  traceContract(
    (env) => DistributedShop.start({ ...env, EVENT_STORE_URL: sandbox.url }),
    [
      'processor-forwarding: forward openPayment',
      'processor-forwarding: handle OrderPlaced',
      'order: POST /api/v1/orders',
      'gateway: POST /api/v1/orders',
    ],
  );
  afterAll(() => sandbox.stop());
});

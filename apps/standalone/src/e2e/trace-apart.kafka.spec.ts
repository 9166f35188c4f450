import { EventStoreDbStandIn } from '@dittoo/event-store/testing';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { ApartShop } from './apart-process.js';
import { traceContract } from './trace.contract.js';

/** With the log in EventStoreDB's stand-in as well: what the compose file runs, every part of it another process. */
describe('a trace through the shop as separate processes, over Kafka and EventStoreDB', () => {
  let standIn: EventStoreDbStandIn;
  beforeAll(async () => {
    standIn = await EventStoreDbStandIn.start();
  });

  traceContract(
    (env) => ApartShop.start({ ...env, EVENT_STORE_URL: standIn.url }),
    [
      'processor-forwarding: forward openPayment',
      'processor-forwarding: handle OrderPlaced',
      'order: POST /api/v1/orders',
      'gateway: POST /api/v1/orders',
    ],
  );
  afterAll(() => standIn.stop());
});

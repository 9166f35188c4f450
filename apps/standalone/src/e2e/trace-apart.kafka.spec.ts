import { describe } from '@jest/globals';
import { ApartShop } from './apart-process.js';
import { traceContract } from './trace.contract.js';

describe('a trace through the shop as separate processes', () =>
  traceContract(
    (env) => ApartShop.start(env),
    [
      'processor-forwarding: forward openPayment',
      'processor-forwarding: handle OrderPlaced',
      'order: POST /api/v1/orders',
      'gateway: POST /api/v1/orders',
    ],
  ));

import { describe } from '@jest/globals';
import { ShopProcess } from './shop-process.js';
import { traceContract } from './trace.contract.js';

describe('a trace through the shop in one process', () =>
  traceContract(
    (env) => ShopProcess.start(env),
    ['standalone: forward openPayment', 'standalone: handle OrderPlaced', 'standalone: POST /api/v1/orders'],
  ));

/* Promised: no two orders have the same number, and a repeated command gets the same order. */
import { orderNumberOf } from '@dittoo/contracts';
import { derivedId, newId } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { orderService } from '../order.module.js';
import { OrderNumbers } from './order-numbers.js';

let service: TestService;
let numbers: OrderNumbers;
beforeAll(async () => {
  service = await startTestService(orderService);
  numbers = service.get<OrderNumbers>(OrderNumbers);
});
afterAll(() => service.close());

it('is the same for a repeated command, also at the same moment', async () => {
  const commandId = newId();
  const ids = await Promise.all(Array.from({ length: 5 }, () => numbers.idFor(commandId)));
  expect(new Set(ids).size).toBe(1);
  expect(await numbers.find(orderNumberOf(ids[0]!))).toBe(ids[0]);
});

it('is another one where another order has it, and the same when the command is repeated', async () => {
  const commandId = newId();
  const taken = orderNumberOf(derivedId('order', commandId));
  const other = newId();
  await service.platform.pool.query('INSERT INTO orders.order_number (number, order_id) VALUES ($1, $2)', [
    taken,
    other,
  ]);
  const orderId = await numbers.idFor(commandId);
  expect(orderNumberOf(orderId)).not.toBe(taken);
  expect(await numbers.idFor(commandId)).toBe(orderId);
  expect(await numbers.find(taken)).toBe(other);
  expect(await numbers.find('222-222-222')).toBeNull();
});

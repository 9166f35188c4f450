import { newId, streamName } from '@dittoo/kernel';
import { DELIVERY, type Platform } from '@dittoo/platform';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EndedPeriods } from './ended-periods.js';
import { lastDayIs, lease, live, placeOn, rights, schedulerAt, scopesOf, startRetention } from './retention.fixture.js';

/**
 * Promised: rows only propose due keys; the person's streams and the holds at that moment decide. Left open: an event
 * that is appended while the key is being destroyed.
 */
beforeAll(() => startRetention());
afterAll(() => rights.close());

const query = (sql: string, values: unknown[]) => rights.service.platform.pool.query(sql, values);
const orderOf = async (subjectId: string): Promise<string> => {
  const orderId = await placeOn('2026-11-22', subjectId);
  await lastDayIs('orderDelivery', orderId, '2029-11-22');
  return orderId;
};
/** Makes the row due again at once. */
const retry = (subjectId: string) =>
  query('UPDATE rights.retention SET not_before = NULL WHERE subject_id = $1', [subjectId]);

it('destroys nothing by an outdated row', async () => {
  const subjectId = newId();
  const orderId = await orderOf(subjectId);
  const day = (lastDay: string) =>
    query(`UPDATE rights.retention SET last_day = $2 WHERE scope = $1 AND category = 'orderDelivery'`, [
      orderId,
      lastDay,
    ]);
  await day('2027-01-01');
  await live('2027-01-02');
  expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([orderId]);
  await day('2029-11-22');
  await retry(subjectId);
  await live('2029-11-23');
  expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
});

it('waits while a stream of the person is parked', async () => {
  const subjectId = newId();
  const orderId = await orderOf(subjectId);
  const parked = ['spec.parked', streamName('order', orderId)];
  await query(`INSERT INTO delivery.parked_stream (group_id, stream, failure) VALUES ($1, $2, 'spec')`, parked);
  expect(await rights.service.get<Platform['delivering']>(DELIVERY)().parkedAmong([parked[1]!])).toHaveLength(1);
  await live('2029-11-23');
  expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([orderId]);
  await query('DELETE FROM delivery.parked_stream WHERE group_id = $1 AND stream = $2', parked);
  await retry(subjectId);
  await live('2029-11-23');
  expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
});

it('honours a hold that comes into force during the batch', async () => {
  const subjectId = newId();
  const orderId = await orderOf(subjectId);
  const periods = rights.service.get<EndedPeriods>(EndedPeriods);
  const meanwhile = {
    isRestricted: async (id: string) => {
      if (id === subjectId)
        await query(
          `INSERT INTO rights.legal_hold VALUES ($1, $2, $3, '{orderDelivery}', 'inForce', '2031-06-01', now())`,
          [newId(), subjectId, orderId],
        );
      return periods.isRestricted(id);
    },
  } as EndedPeriods;
  await schedulerAt('2029-11-23', undefined, meanwhile).runBatch(await lease());
  expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([orderId]);
});

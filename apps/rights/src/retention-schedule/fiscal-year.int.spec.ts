import { newId } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { lastDayIs, placeOn, rights, shipOn, startRetention } from './retention.fixture.js';

/** Promised: with a fiscal year that is not the calendar year, the same last day is shown everywhere. */
beforeAll(() => startRetention({ FISCAL_YEAR_END: '06-30' }));
afterAll(() => rights.close());

it('scheduler, access copy, scope and certificate have the same last day of the books', async () => {
  const { customerId, bearer } = await rights.customer('vera');
  const orderId = await placeOn('2026-09-15', customerId);
  await shipOn('2026-09-15', customerId, orderId);
  await lastDayIs('orderAccounting', orderId, '2034-12-31');

  const ask = async (
    kind: string,
    inState: (request: { state: string; copy: { state: string } | null }) => boolean,
  ) => {
    const asked = await rights.call('POST', '/me/requests', { bearer, body: { kind } });
    return until(async () => {
      const { body } = await rights.call('GET', `/me/requests/${asked.body.requestId}`, { bearer });
      return inState(body) && { ...body, certificate: asked.body.certificate };
    });
  };
  const access = await ask('access', ({ copy }) => copy?.state === 'ready');
  const file = await rights.call('GET', `/me/requests/${access.requestId}/export`, { bearer });
  const books = file.body.copy.categories.find(({ category }: { category: string }) => category === 'orderAccounting');
  expect(books.retention.until).toBe('2034-12-31');
  expect(books.values.map(({ keptUntil }: { keptUntil: string }) => keptUntil)).toEqual(['2034-12-31']);

  const kept = { category: 'orderAccounting', reason: 'bookkeeping', until: '2034-12-31' };
  const erasure = await ask('erasure', ({ state }) => state === 'answered');
  expect(erasure.retained).toContainEqual(kept);
  const link = String(erasure.certificate).replace('/api/v1', '');
  const certificate = await rights.call('GET', link);
  expect(certificate.body.certificate.retained).toContainEqual(kept);
  await lastDayIs('orderAccounting', orderId, '2034-12-31');
});

it('keeps an order of the next fiscal year a year longer', async () => {
  const subjectId = newId();
  await lastDayIs('orderAccounting', await placeOn('2026-06-30', subjectId), '2033-12-31');
  await lastDayIs('orderAccounting', await placeOn('2026-07-01', subjectId), '2034-12-31');
});

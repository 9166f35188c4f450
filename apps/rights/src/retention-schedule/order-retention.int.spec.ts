import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Death } from '../death.fixture.js';
import { Sealer, newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import {
  rights,
  startRetention,
  noon,
  recordOn,
  read,
  lastDayIs,
  lease,
  schedulerAt,
  live,
  usable,
  scopesOf,
  endedKids,
  buyer,
  placeOn,
  shipOn,
} from './retention.fixture.js';

/**
 * Promise: the data of an order end on their days, key by key, and wherever the scheduler dies it comes to the same end
 * and says so once.
 */
beforeAll(() => startRetention());
afterAll(() => rights.close());

describe('an order', () => {
  it('loses its delivery data three years after delivery, its books after the seventh year, each order independently', async () => {
    const subjectId = newId();
    const [first, second] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-22', subjectId)];
    await shipOn('2026-11-24', subjectId, first);
    await shipOn('2027-02-28', subjectId, second);
    await lastDayIs('orderDelivery', first, '2029-11-24');
    await lastDayIs('orderDelivery', second, '2030-02-28');
    await live('2029-11-24');
    expect(await scopesOf(subjectId, 'orderDelivery')).toHaveLength(2);
    await live('2029-11-25');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([second]);
    expect(await endedKids(subjectId)).toEqual([[`${subjectId}/orderDelivery/${first}/1`]]);
    const [placed] = await rights.service.get<Sealer>(Sealer).open(await read(streamName('order', first)));
    const { buyer: shown, recipient } = placed!.event.data as { buyer: unknown; recipient: unknown };
    expect(shown).toEqual(buyer);
    expect(recipient).toEqual({ erased: true, at: noon('2029-11-25'), requestId: null });

    await live('2033-12-31');
    expect((await scopesOf(subjectId, 'orderAccounting')).sort()).toEqual([first, second].sort());
    await live('2034-01-01');
    expect(await scopesOf(subjectId, 'orderAccounting')).toEqual([second]);
    await live('2035-01-01');
    expect(await usable(subjectId)).toEqual([]);
    expect((await endedKids(subjectId)).flat()).toHaveLength(4);
  });

  it('takes the older key of all orders along if it is the last', async () => {
    const subjectId = newId();
    await rights.service.get<Sealer>(Sealer).sealValue(subjectId, 'orderDelivery', ['spec'], 'of old');
    const [first, second] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-24', subjectId)];
    await lastDayIs('orderDelivery', second, '2029-11-24');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual(expect.arrayContaining([null, second]));
    expect(await scopesOf(subjectId, 'orderDelivery')).not.toContain(first);
    await live('2029-11-25');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
  });

  it('that was never delivered counts from its last event', async () => {
    const subjectId = newId();
    const [left, cancelled] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-22', subjectId)];
    await recordOn('2026-12-01', 'order', cancelled, subjectId, 'OrderCancelled', { by: 'customer' });
    await lastDayIs('orderDelivery', cancelled, '2029-12-01');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([cancelled]);
    expect(await scopesOf(subjectId, 'orderDelivery')).not.toContain(left);
  });
});

describe('a personnummer', () => {
  it('is removed when the invoice is settled and the time for refunds is over', async () => {
    const personnummer = { number: '197010632391', ground: 'secureIdentification' } as const;
    const { customerId } = await rights.customer('karl', { personnummer });
    const recorded = (await read(streamName('customer', customerId))).at(-1)!;
    const ended = async () => (await read(streamName('dataSubject', customerId))).map(({ data, type }) => [type, data]);
    const [settled, open] = [
      await placeOn('2026-11-22', customerId, 'secureIdentification'),
      await placeOn('2026-11-22', customerId, 'secureIdentification'),
    ];
    await shipOn('2026-11-23', customerId, settled);
    await lastDayIs('personnummer', settled, '2027-01-22');
    await live('2027-01-23');
    expect(await ended()).toEqual([]); // the other order still needs it
    await shipOn('2027-02-01', customerId, open);
    await lastDayIs('personnummer', open, '2027-04-02');
    await live('2027-04-02');
    expect(await ended()).toEqual([]);
    expect(await scopesOf(customerId, 'personnummer')).toEqual([recorded.eventId]);
    await live('2027-04-03');
    await until(async () => (await scopesOf(customerId, 'personnummer')).length === 0);
    expect((await read(streamName('customer', customerId))).at(-1)).toMatchObject({
      type: 'PersonnummerRemoved',
      data: { reason: 'groundEnded' },
    });
    await until(async () => (await ended()).length === 2);
    const { kid } = recorded.data['number'] as { readonly kid: string };
    expect(await ended()).toEqual([
      ['PersonnummerGroundEnded', { reason: 'groundEnded', afterRemovals: 0 }],
      [
        'SubjectKeysDestroyed',
        { requestId: null, keys: [{ kid, category: 'personnummer', fingerprint: expect.any(String) }], retained: [] },
      ],
    ]);
  });
});

describe('the scheduler', () => {
  it.each(['before', 'after'] as const)('ends the same, whichever call it stopped %s', async (when) => {
    for (let at = 0, came = true; came; at++) {
      const subjectId = newId();
      const orderId = await placeOn('2026-11-22', subjectId);
      await lastDayIs('orderDelivery', orderId, '2029-11-22');
      const death = new Death(at, when);
      await schedulerAt('2029-11-23', death).runBatch(await lease());
      came = death.came;
      await live('2029-11-24'); // a failed row waits for a minute
      expect(await endedKids(subjectId)).toEqual([[`${subjectId}/orderDelivery/${orderId}/1`]]);
      expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
      const { rows } = await rights.service.platform.pool.query(
        `SELECT FROM rights.retention WHERE subject_id = $1 AND category = 'orderDelivery'`,
        [subjectId],
      );
      expect(rows).toEqual([]);
    }
  });

  it('catches up after a long stop, batch by batch', async () => {
    const people = Array.from({ length: 450 }, () => newId());
    await rights.service.platform.pool.query(
      `INSERT INTO rights.retention (subject_id, category, scope, last_day)
       SELECT id, 'support', id, '2026-01-01' FROM unnest($1::uuid[]) AS id`,
      [people],
    );
    let batches = 0;
    while (await schedulerAt('2026-11-22').runBatch(await lease())) batches++;
    const { rows } = await rights.service.platform.pool.query(
      'SELECT FROM rights.retention WHERE subject_id = ANY ($1)',
      [people],
    );
    expect(rows).toEqual([]);
    expect(batches).toBeLessThanOrEqual(3);
  });

  it('that lost its lease leaves the row to the next', async () => {
    const subjectId = newId();
    const orderId = await placeOn('2026-11-22', subjectId);
    await lastDayIs('orderDelivery', orderId, '2029-11-22');
    await schedulerAt('2029-11-23').runBatch({ ...(await lease()), epoch: '0' });
    await lastDayIs('orderDelivery', orderId, '2029-11-22');
    await live('2029-11-23');
    expect(await endedKids(subjectId)).toHaveLength(1);
  });
});

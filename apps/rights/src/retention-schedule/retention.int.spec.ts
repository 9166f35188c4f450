import { schemaMap } from '@dittoo/contracts';
import {
  Clock,
  EventStore,
  KeyRing,
  newId,
  Sealer,
  streamName,
  type DataCategory,
  type DomainEvent,
  type RecordedEvent,
} from '@dittoo/kernel';
import { LOGGER, PLATFORM_CONFIG, type PlatformConfig } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import { Commands, type Lease } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Death } from '../death.fixture.js';
import { secondOfficerId, startRights, type RightsUnderTest } from '../rights.fixture.js';
import { Customers } from '../person/customers.query.js';
import { HoldExpiry } from '../legal-hold/hold-expiry.js';
import { PersonnummerGround } from '../personnummer/ended-ground.js';
import { EndedPeriods } from './ended-periods.js';
import { ErasureByRetention } from './erasure-by-retention.js';
import { Due } from './due.query.js';
import { RetentionDays } from '../retention/retention-days.js';
import { RetentionScheduler } from './retention-schedule.worker.js';

/**
 * Promise: each row of the retention table ends on its day, not a day sooner, key by key; a legal hold of two officers
 * stops that and its end resumes it; wherever it dies, it comes to the same end and says so once. Left open here: that
 * processors delete too.
 */
let rights: RightsUnderTest;
let officers: readonly [string, string];
beforeAll(async () => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S' });
  officers = [await rights.officer(), await rights.officer(secondOfficerId)];
  // The days here are the spec's own: the service's scheduler, which has the day of today, gives its lease up.
  await until(async () => {
    const { rows } = await rights.service.platform.pool.query(
      `SELECT FROM service.lease WHERE name = 'rights.retention'`,
    );
    return rows.length > 0;
  });
  await rights.service.get<RetentionScheduler>(RetentionScheduler).beforeApplicationShutdown();
});
afterAll(() => rights.close());

class ClockAt extends Clock {
  constructor(private readonly at: string) {
    super();
  }

  override now(): string {
    return this.at;
  }
}
const noon = (day: string): string => `${day}T11:00:00.000Z`;

/** What another service decides, at another time. */
const sayOn = async (day: string, category: string, id: string, dataSubjectId: string, type: string, data: object) => {
  const { service } = rights;
  const commands = new Commands(service.get(EventStore), service.get(Sealer), new ClockAt(noon(day)), schemaMap);
  await commands.execute(
    { category, initialState: null, decide: () => [{ type, data } as DomainEvent], evolve: () => null },
    id,
    null,
    {
      dataSubjectId,
      actor: { kind: 'system', id: 'spec' },
      correlationId: newId(),
      causationId: newId(),
      traceparent: null,
      noticeVersion: null,
    },
  );
};
const read = async (stream: string): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of rights.service.get<EventStore>(EventStore).readStream(stream)) events.push(event);
  return events;
};
const typesOf = async (stream: string) => (await read(stream)).map(({ type }) => type);

/** Waits until the row says this day; `null` = kept without an end. */
const lastDayIs = (category: DataCategory, scope: string, day: string | null) =>
  until(async () => {
    const { rows } = await rights.service.platform.pool.query<{ day: string | null }>(
      `SELECT to_char(last_day, 'YYYY-MM-DD') AS day FROM rights.retention
       WHERE category = $1 AND (scope = $2 OR subject_id = $2)`,
      [category, scope],
    );
    return rows.some((row) => row.day === day);
  });

const lease = async (): Promise<Lease> => {
  const { pool } = rights.service.platform;
  const { rows } = await pool.query<{ epoch: string }>(
    `SELECT epoch FROM service.lease WHERE name = 'rights.retention'`,
  );
  return { name: 'rights.retention', epoch: rows[0]!.epoch, signal: new AbortController().signal };
};
const schedulerAt = (
  day: string,
  death = new Death(Number.POSITIVE_INFINITY, 'before'),
  periods: EndedPeriods = rights.service.get<EndedPeriods>(EndedPeriods),
): RetentionScheduler => {
  const { service } = rights;
  return new RetentionScheduler(
    death.over(service.get<Due>(Due), 'done', 'told', 'accountLater'),
    death.over(service.get<KeyRing>(KeyRing), 'destroy'),
    death.over(service.get<DataSubjects>(DataSubjects), 'recordPeriodEnded'),
    death.over(periods, 'noticeInactivity'),
    death.over(service.get<PersonnummerGround>(PersonnummerGround), 'end'),
    death.over(service.get<ErasureByRetention>(ErasureByRetention), 'request'),
    service.get(HoldExpiry),
    service.get(RetentionDays),
    new ClockAt(noon(day)),
    service.platform.pool,
    service.get<PlatformConfig>(PLATFORM_CONFIG),
    service.get(LOGGER),
  );
};
/** The scheduler's work on one day, to its end. */
const live = async (day: string): Promise<void> => {
  while (await schedulerAt(day).runBatch(await lease()));
};
const usable = async (subjectId: string) =>
  (await rights.service.get<KeyRing>(KeyRing).keysOf(subjectId)).filter(({ state }) => state === 'active');
const scopesOf = async (subjectId: string, category: DataCategory) =>
  (await usable(subjectId)).flatMap((key) => (key.category === category ? [key.scope] : []));
const endedKids = async (subjectId: string) =>
  (await read(streamName('dataSubject', subjectId))).flatMap(({ data, type }) =>
    type === 'SubjectKeysDestroyed' && data['requestId'] === null
      ? [(data['keys'] as unknown as { kid: string }[]).map(({ kid }) => kid)]
      : [],
  );

const address = { street: 'Exempelgatan 7', postalCode: '12345', city: 'Exempelstad', country: 'SE' };
const buyer = { givenName: 'Anna', familyName: 'Exempelsson', address };
const money = { amountMinor: 12_900, currency: 'SEK' };
const placeOn = async (day: string, subjectId: string, personnummerGround: string | null = null): Promise<string> => {
  const orderId = newId();
  await sayOn(day, 'order', orderId, subjectId, 'OrderPlaced', {
    lines: [],
    total: money,
    paymentMethod: 'paysonInvoice',
    personnummerGround,
    locale: 'sv',
    buyer,
    recipient: { ...buyer, email: 'anna@example.org', phone: null },
  });
  return orderId;
};
const shipOn = async (day: string, subjectId: string, orderId: string): Promise<void> => {
  const payment = { processorId: 'payson', paymentReference: 'p1', amount: money };
  await sayOn(day, 'order', orderId, subjectId, 'PaymentApproved', payment);
  await sayOn(day, 'order', orderId, subjectId, 'OrderShipped', { shippedAt: noon(day) });
};

describe('an order', () => {
  it('loses its delivery data three years after delivery, its books after the seventh year, each order for itself', async () => {
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

  it('takes the key of before orders had their own along when it is the last', async () => {
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

  it('that never came counts from the last thing that happened', async () => {
    const subjectId = newId();
    const [left, cancelled] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-22', subjectId)];
    await sayOn('2026-12-01', 'order', cancelled, subjectId, 'OrderCancelled', { by: 'customer' });
    await lastDayIs('orderDelivery', cancelled, '2029-12-01');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([cancelled]);
    expect(await scopesOf(subjectId, 'orderDelivery')).not.toContain(left);
  });
});

describe('what a person says', () => {
  it('goes three years after each message', async () => {
    const [subjectId, caseId] = [newId(), newId()];
    const opened = {
      channel: 'mail',
      email: 'bo@example.org',
      subject: 'Hej',
      body: 'Var?',
      orderId: null,
      language: 'sv',
    };
    await sayOn('2026-01-10', 'supportCase', caseId, subjectId, 'SupportCaseOpened', opened);
    await sayOn('2026-03-10', 'supportCase', caseId, subjectId, 'SupportReplied', { body: 'Där.' });
    const [first, second] = await read(streamName('supportCase', caseId));
    await lastDayIs('support', second!.eventId, '2029-03-10');
    await live('2029-01-11');
    expect(await scopesOf(subjectId, 'support')).toEqual([second!.eventId]);
    expect(await endedKids(subjectId)).toEqual([[`${subjectId}/support/${first!.eventId}/1`]]);
    await live('2029-03-11');
    expect(await usable(subjectId)).toEqual([]);
  });

  it('about a product goes when it is deleted, and nothing else does', async () => {
    const [subjectId, one, other] = [newId(), newId(), newId()];
    const comment = { sku: 'mugg', givenName: 'Bo', text: 'Fin', language: 'sv' };
    for (const id of [one, other]) await sayOn('2026-11-22', 'comment', id, subjectId, 'CommentPosted', comment);
    await sayOn('2026-11-22', 'comment', one, subjectId, 'CommentDeleted', { by: 'author' });
    await lastDayIs('engagement', one, '2026-11-21');
    await live('2026-11-22');
    expect(await scopesOf(subjectId, 'engagement')).toEqual([other]);
  });

  it('in a campaign goes after two years, or with the consent', async () => {
    const [one, other] = [newId(), newId()];
    const entered = { campaignId: 'host', email: 'bo@example.org', phone: null, clickId: null, choices: [] };
    const notice = { noticeVersion: '2026-11-01', noticeDigest: 'x', language: 'sv' };
    for (const id of [one, other])
      await sayOn('2026-11-22', 'campaignEntry', newId(), id, 'CampaignEntered', { ...entered, ...notice });
    const choice = { recordId: newId(), purpose: 'adMeasurement', method: 'myAccount' };
    await lastDayIs('advertising', one, '2028-11-22');
    await sayOn('2026-11-23', 'consent', one, one, 'ConsentWithdrawn', choice);
    await lastDayIs('advertising', one, '2026-11-22');
    await live('2026-11-23');
    expect([await usable(one), (await usable(other)).length]).toEqual([[], 1]);
    await live('2028-11-23');
    expect(await usable(other)).toEqual([]);
  });
});

describe('a consent', () => {
  const choice = (purpose: string) => ({
    recordId: newId(),
    purpose,
    noticeVersion: 'v1',
    noticeDigest: 'x',
    language: 'sv',
    method: 'myAccount',
  });

  it('is proven for three years after the last one was relied on', async () => {
    const subjectId = newId();
    await rights.service.get<Sealer>(Sealer).sealValue(subjectId, 'consentEvidence', ['spec'], 'proof');
    for (const purpose of ['newsletter', 'marketing'])
      await sayOn('2026-11-22', 'consent', subjectId, subjectId, 'ConsentGiven', choice(purpose));
    await sayOn('2026-12-01', 'consent', subjectId, subjectId, 'ConsentWithdrawn', {
      recordId: newId(),
      purpose: 'newsletter',
      method: 'myAccount',
    });
    await lastDayIs('consentEvidence', subjectId, null);
    await sayOn('2027-01-15', 'consent', subjectId, subjectId, 'ConsentWithdrawn', {
      recordId: newId(),
      purpose: 'marketing',
      method: 'myAccount',
    });
    await lastDayIs('consentEvidence', subjectId, '2030-01-15');
    await sayOn('2027-01-20', 'consent', subjectId, subjectId, 'ConsentReconfirmed', choice('newsletter'));
    await lastDayIs('consentEvidence', subjectId, null);
    const over = { recordId: newId(), purpose: 'newsletter', validUntil: noon('2027-02-20') };
    await sayOn('2027-02-20', 'consent', subjectId, subjectId, 'ConsentExpired', over);
    await lastDayIs('consentEvidence', subjectId, '2030-02-20');
    await live('2030-02-20');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2030-02-21');
    expect(await usable(subjectId)).toEqual([]);
    const states = await rights.service.get<KeyRing>(KeyRing).states(subjectId);
    expect(states.get('consentEvidence')).toBe('newLifecycleAllowed'); // the person may say yes again
  });

  it('to the newsletter keeps the address of somebody without an account, no longer', async () => {
    const subjectId = newId();
    const asked = {
      email: 'eva@example.org',
      token: 't',
      expiresAt: noon('2026-11-24'),
      noticeVersion: 'v1',
      noticeDigest: 'x',
      language: 'sv',
    };
    await sayOn('2026-11-22', 'newsletter', subjectId, subjectId, 'NewsletterSubscriptionRequested', asked);
    await lastDayIs('contact', subjectId, '2026-11-24');
    await sayOn('2026-11-23', 'newsletter', subjectId, subjectId, 'NewsletterSubscriptionConfirmed', {
      recordId: newId(),
    });
    await lastDayIs('contact', subjectId, null);
    await live('2028-11-24');
    expect(await usable(subjectId)).toHaveLength(1);
    await sayOn('2028-11-25', 'newsletter', subjectId, subjectId, 'NewsletterUnsubscribed', { by: 'link' });
    await lastDayIs('contact', subjectId, '2028-11-24');
    await live('2028-11-25');
    expect(await usable(subjectId)).toEqual([]);
  });
});

describe('a request without an account', () => {
  const ask = async (day: string, expires: string): Promise<{ subjectId: string; requestId: string }> => {
    const [subjectId, requestId] = [newId(), newId()];
    const received = { kind: 'rectification', dueAt: noon('2027-01-22'), noticeVersion: 'v1', detail: 'I am Eva' };
    await sayOn(day, 'rightsRequest', requestId, subjectId, 'RightsRequestReceived', received);
    await sayOn(day, 'rightsRequest', requestId, subjectId, 'ConfirmationAsked', {
      email: 'eva@example.org',
      token: 't',
      expiresAt: noon(expires),
      language: 'sv',
    });
    await lastDayIs('contact', subjectId, expires);
    return { subjectId, requestId };
  };

  it('that nobody confirms leaves no address behind', async () => {
    const { subjectId } = await ask('2026-11-22', '2026-11-23');
    await live('2026-11-23');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2026-11-24');
    expect(await usable(subjectId)).toEqual([]);
  });

  it('keeps the address until it is settled and the answer was read', async () => {
    const { subjectId, requestId } = await ask('2026-11-22', '2026-11-23');
    await sayOn('2026-11-22', 'rightsRequest', requestId, subjectId, 'RequesterIdentified', {
      method: 'confirmedEmail',
    });
    await until(async () => {
      const asked = 'SELECT FROM rights.rights_request WHERE request_id = $1 AND open';
      return (await rights.service.platform.pool.query(asked, [requestId])).rowCount === 1;
    });
    await live('2026-12-20');
    expect(await usable(subjectId)).toHaveLength(1);
    await sayOn('2026-12-21', 'rightsRequest', requestId, subjectId, 'RequestRefused', { reason: 'not you' });
    await lastDayIs('contact', subjectId, '2026-12-28');
    await live('2026-12-28');
    expect(await usable(subjectId)).toHaveLength(1);
    await live('2026-12-29');
    expect(await usable(subjectId)).toEqual([]);
  });
});

describe('a personnummer', () => {
  it('goes when the invoice is settled and the time for refunds is over', async () => {
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
    expect(await ended()).toEqual([]); // the other order needs it
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

describe('an account that nobody uses', () => {
  const years = (day: string, count: number): string => `${Number(day.slice(0, 4)) + count}${day.slice(4)}`;
  const plus = (day: string, days: number): string =>
    new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
  const today = (): string => new Date(rights.service.get<Clock>(Clock).now()).toISOString().slice(0, 10);
  const registered = (subjectId: string) =>
    until(async () => {
      const { rows } = await rights.service.platform.pool.query(
        'SELECT FROM rights.account_activity WHERE subject_id = $1',
        [subjectId],
      );
      return rows.length > 0;
    });

  it('is told 30 days before, and erased like any other when it stays unused', async () => {
    const { customerId } = await rights.customer('ludvig');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    await live(plus(notice, -1));
    expect(await typesOf(stream)).not.toContain('InactivityNoticed');
    await live(notice);
    const noticed = (await read(stream)).find(({ type }) => type === 'InactivityNoticed')!;
    expect(String(noticed.data['erasesAt']).slice(0, 10)).toBe(years(today(), 2)); // midnight in Sweden is the evening before
    await live(plus(notice, 29));
    expect(await typesOf(stream)).not.toContain('ErasureRequested');
    await live(plus(notice, 30));
    await until(async () => (await typesOf(stream)).includes('SubjectKeysDestroyed'));
    const erasure = (await read(stream)).find(({ type }) => type === 'ErasureRequested')!;
    const request = await read(streamName('rightsRequest', String(erasure.data['requestId'])));
    expect(request[1]).toMatchObject({ type: 'RequesterIdentified', data: { method: 'retentionPeriod' } });
    expect(request[0]!.metadata.actor).toEqual({ kind: 'system', id: 'rights.retention' });
  });

  it('is neither told nor erased while its owner had the processing restricted, and told before anything ends', async () => {
    const { customerId } = await rights.customer('nanna');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    const requestId = newId();
    await sayOn(today(), 'dataSubject', customerId, customerId, 'ProcessingRestricted', { requestId });
    await live(notice);
    await live(plus(notice, 31));
    expect(await typesOf(stream)).not.toContain('InactivityNoticed');
    await sayOn(plus(notice, 31), 'dataSubject', customerId, customerId, 'RestrictionLifted', { requestId });
    await live(plus(notice, 33));
    const noticed = (await read(stream)).find(({ type }) => type === 'InactivityNoticed')!;
    expect(String(noticed.data['erasesAt']) > noon(plus(notice, 62))).toBe(true);
    expect(await typesOf(stream)).not.toContain('ErasureRequested');
  });

  /** Waits until the row says so, and that nothing is announced. */
  const lastUsedIs = (subjectId: string, day: string) =>
    until(async () => {
      const { rows } = await rights.service.platform.pool.query(
        'SELECT FROM rights.account_activity WHERE subject_id = $1 AND last_active_on = $2 AND erases_at IS NULL',
        [subjectId, day],
      );
      return rows.length > 0;
    });
  const usedOn = (subjectId: string, day: string) =>
    sayOn(day, 'customer', subjectId, subjectId, 'AccountUsed', { on: day });

  it('stays when it is used after all, and is told anew when that was long ago', async () => {
    const { customerId } = await rights.customer('malin');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    await live(notice);
    const used = plus(notice, 10);
    await usedOn(customerId, used);
    await live(plus(notice, 31)); // whether or not the row knows of it yet
    expect(await typesOf(stream)).toEqual(['InactivityNoticed']);
    await lastUsedIs(customerId, used);
    await live(plus(years(used, 2), -30));
    expect(await typesOf(stream)).toEqual(['InactivityNoticed']);
    await live(plus(years(used, 2), -29));
    expect(await typesOf(stream)).toEqual(['InactivityNoticed', 'InactivityNoticed']);
  });

  it('goes on being counted when it is used the moment it is told', async () => {
    const { customerId } = await rights.customer('moa');
    await registered(customerId);
    const notice = plus(years(today(), 2), -29);
    class UsedAtOnce extends EndedPeriods {
      override async noticeInactivity(subjectId: string, erasesAt: string): Promise<boolean> {
        const told = await super.noticeInactivity(subjectId, erasesAt);
        if (subjectId === customerId) await usedOn(customerId, notice);
        return told;
      }
    }
    const periods = new UsedAtOnce(rights.service.get(Commands), rights.service.get(Customers));
    while (await schedulerAt(notice, undefined, periods).runBatch(await lease()));
    await live(plus(notice, 31));
    await lastUsedIs(customerId, notice);
    expect(await typesOf(streamName('dataSubject', customerId))).toEqual(['InactivityNoticed']);
  });

  it('is judged by what the log says came last, and not by the day a use is said to be of', async () => {
    const [before, after] = [await rights.customer('mats'), await rights.customer('maud')];
    for (const { customerId } of [before, after]) await registered(customerId);
    const used = plus(today(), 1);
    await usedOn(before.customerId, used);
    await lastUsedIs(before.customerId, used);
    const notice = plus(years(used, 2), -29);
    await live(notice);
    await usedOn(after.customerId, plus(today(), -1)); // a clock that was moved back
    await live(plus(notice, 30));
    expect(await typesOf(streamName('dataSubject', after.customerId))).not.toContain('ErasureRequested');
    await until(async () => (await typesOf(streamName('dataSubject', before.customerId))).includes('ErasureRequested'));
  });
});

describe('a legal hold', () => {
  const ask = (body: object, bearer = officers[0]) => rights.call('POST', '/compliance/legal-holds', { bearer, body });
  const confirm = (holdId: string, bearer = officers[1]) =>
    rights.call('POST', `/compliance/legal-holds/${holdId}/confirmation`, { bearer });
  const end = (holdId: string, bearer: string) =>
    rights.call('DELETE', `/compliance/legal-holds/${holdId}`, { bearer });
  const words = {
    authority: 'Exempelmyndigheten',
    reason: 'A claim about a delivery',
    expiresAt: '2031-06-01T00:00:00.000Z',
  };

  it('of two officers stops the destruction of an order, and its release resumes it', async () => {
    const subjectId = newId();
    const [held, free] = [await placeOn('2026-11-22', subjectId), await placeOn('2026-11-22', subjectId)];
    await lastDayIs('orderDelivery', free, '2029-11-22');
    const asked = await ask({ orderId: held, categories: ['orderDelivery'], ...words });
    expect(asked.status).toBe(201);
    expect(asked.body).toMatchObject({ subjectId, orderId: held, state: 'requested', reason: words.reason });
    const { holdId } = asked.body;
    expect(asked.headers.get('location')).toBe(`/api/v1/compliance/legal-holds/${holdId}`);
    expect((await confirm(holdId, officers[0])).body.code).toBe('second-person-required');
    expect((await confirm(holdId)).body.state).toBe('inForce');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([held]);

    expect((await end(holdId, officers[0])).body).toMatchObject({ state: 'inForce', releaseRequested: true });
    expect((await end(holdId, officers[0])).body.code).toBe('second-person-required');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([held]);
    expect((await end(holdId, officers[1])).body.state).toBe('released');
    await live('2029-11-23');
    expect(await scopesOf(subjectId, 'orderDelivery')).toEqual([]);
    const listed = await rights.call('GET', '/compliance/legal-holds?limit=200', { bearer: officers[1] });
    expect(listed.body.items).toContainEqual(expect.objectContaining({ holdId, state: 'released' }));
  });

  it('that is not confirmed holds nothing; one that expires lets go by itself', async () => {
    const [one, other] = [newId(), newId()];
    for (const id of [one, other]) await lastDayIs('orderDelivery', await placeOn('2026-11-22', id), '2029-11-22');
    await ask({ subjectId: one, categories: ['orderDelivery'], ...words });
    const { holdId } = (await ask({ subjectId: other, categories: ['orderDelivery'], ...words })).body;
    await confirm(holdId);
    await live('2031-05-31');
    expect([await scopesOf(one, 'orderDelivery'), (await scopesOf(other, 'orderDelivery')).length]).toEqual([[], 1]);
    await live('2031-06-02');
    expect(await scopesOf(other, 'orderDelivery')).toEqual([]);
    const shown = await rights.call('GET', `/compliance/legal-holds/${holdId}`, { bearer: officers[0] });
    expect(shown.body.state).toBe('expired');
  });

  it('sends an erasure to an officer, keeps its part of it, says so, and lets it go at the end', async () => {
    const { customerId, bearer } = await rights.customer('nils');
    const { holdId } = (await ask({ subjectId: customerId, categories: ['profile', 'personnummer'], ...words })).body;
    await confirm(holdId);
    const { requestId } = (await rights.call('POST', '/me/requests', { bearer, body: { kind: 'erasure' } })).body;
    const state = async () => (await rights.call('GET', `/me/requests/${requestId}`, { bearer })).body;
    await until(async () => (await state()).state === 'referred');
    const queue = await rights.call('GET', '/compliance/requests?limit=200', { bearer: officers[0] });
    const listed = queue.body.items.find((item: { requestId: string }) => item.requestId === requestId);
    expect(listed.blockers).toEqual(['legalHold']);
    const decision = { bearer: officers[0], body: { decision: 'approve' } };
    expect((await rights.call('POST', `/compliance/requests/${requestId}/decision`, decision)).status).toBe(200);
    const answered = await until(async () => {
      const now = await state();
      return now.state === 'answered' && now;
    });
    const kept = { reason: 'legalHold', until: '2031-06-01' };
    expect(answered.retained).toEqual(
      expect.arrayContaining([
        { category: 'profile', ...kept },
        { category: 'personnummer', ...kept },
      ]),
    );
    expect(await scopesOf(customerId, 'profile')).toEqual([null]);
    expect(await scopesOf(customerId, 'contact')).toEqual([]);
    await lastDayIs('profile', customerId, await yesterday());
    await live('2030-01-01');
    expect(await scopesOf(customerId, 'profile')).toEqual([null]);
    await end(holdId, officers[0]);
    await end(holdId, officers[1]);
    await live('2030-01-01');
    expect(await usable(customerId)).toEqual([]);
    await expect(
      rights.service.get<Sealer>(Sealer).sealValue(customerId, 'profile', ['spec'], 'again'),
    ).rejects.toThrow('destroyed'); // nothing begins anew
  });
  const yesterday = async () =>
    rights.service.get<RetentionDays>(RetentionDays).overAt(rights.service.get<Clock>(Clock).now());

  it('is for officers, and says what is wrong with it', async () => {
    const { customerId, bearer } = await rights.customer('olle');
    const body = { subjectId: customerId, categories: ['profile'], ...words };
    expect((await ask(body, bearer)).body.code).toBe('not-allowed');
    expect((await rights.call('POST', '/compliance/legal-holds', { body })).body.code).toBe('not-authenticated');
    expect((await ask({ ...body, orderId: newId() })).body.code).toBe('invalid-request');
    expect((await ask({ ...body, categories: ['accessLog'] })).body.code).toBe('invalid-field');
    expect((await ask({ ...body, subjectId: newId() })).body.code).toBe('not-found');
    expect((await ask({ ...body, expiresAt: '2020-01-01T00:00:00Z' })).body.code).toBe('invalid-field');
    expect((await ask({ ...body, reason: 'card 4111 1111 1111 1111' })).body.code).toBe('card-number-refused');
    expect((await confirm(newId())).body.code).toBe('not-found');
    const { holdId } = (await ask(body)).body;
    const stored = await read(streamName('legalHold', holdId));
    expect(JSON.stringify(stored.map(({ data }) => data))).not.toMatch(/Exempelmyndigheten|claim/);
    expect((await end(holdId, officers[0])).body.state).toBe('withdrawn');
    expect((await confirm(holdId)).body.code).toBe('legal-hold-not-open');

    // The words go three years after the hold.
    await lastDayIs('contact', holdId, '2034-06-01');
    await live('2034-06-02');
    const shown = await rights.call('GET', `/compliance/legal-holds/${holdId}`, { bearer: officers[1] });
    expect(shown.body).toMatchObject({ state: 'withdrawn', authority: null, reason: null });
  });
});

describe('the scheduler', () => {
  it.each(['before', 'after'] as const)('comes to the same end, whatever it died %s', async (when) => {
    for (let at = 0, came = true; came; at++) {
      const subjectId = newId();
      const orderId = await placeOn('2026-11-22', subjectId);
      await lastDayIs('orderDelivery', orderId, '2029-11-22');
      const death = new Death(at, when);
      await schedulerAt('2029-11-23', death).runBatch(await lease());
      came = death.came;
      await live('2029-11-24'); // a failure waits a minute
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

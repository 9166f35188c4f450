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
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Death } from '../death.fixture.js';
import { secondOfficerId, startRights, type RightsUnderTest } from '../rights.fixture.js';
import { HoldExpiry } from '../legal-hold/hold-expiry.js';
import { PersonnummerGround } from '../personnummer/personnummer-ground.js';
import { EndedPeriods } from './ended-periods.js';
import { ErasureByRetention } from './erasure-by-retention.js';
import { Due } from '../retention/due.query.js';
import { RetentionDays } from '../retention/retention-days.js';
import { DestructionBlocks } from './destruction-blocks.js';
import { retentionLease, RetentionScheduler } from './retention-schedule.worker.js';

/** The service under test, for specs of retention, and the two officers of a legal hold. */
export let rights: RightsUnderTest;
export let officers: readonly [string, string];

/**
 * For `beforeAll`. The spec chooses the days, so the service's own scheduler, which uses today's date, gives up its
 * lease.
 */
export const startRetention = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S', ...env });
  officers = [await rights.officer(), await rights.officer(secondOfficerId)];
  await until(async () => {
    const { rows } = await rights.service.platform.pool.query('SELECT FROM service.lease WHERE name = $1', [
      retentionLease,
    ]);
    return rows.length > 0;
  });
  await rights.service.get<RetentionScheduler>(RetentionScheduler).beforeApplicationShutdown();
};

class ClockAt extends Clock {
  constructor(private readonly at: string) {
    super();
  }

  override now(): string {
    return this.at;
  }
}
export const noon = (day: string): string => `${day}T11:00:00.000Z`;

/** Records another service's event on another day. */
export const recordOn = async (
  day: string,
  category: string,
  id: string,
  dataSubjectId: string,
  type: string,
  data: object,
) => {
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
export const read = async (stream: string): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of rights.service.get<EventStore>(EventStore).readStream(stream)) events.push(event);
  return events;
};
export const typesOf = async (stream: string) => (await read(stream)).map(({ type }) => type);

/** Waits until the row has this day; `null` = kept without an end. */
export const lastDayIs = (category: DataCategory, scope: string, day: string | null) =>
  until(async () => {
    const { rows } = await rights.service.platform.pool.query<{ day: string | null }>(
      `SELECT to_char(last_day, 'YYYY-MM-DD') AS day FROM rights.retention
       WHERE category = $1 AND (scope = $2 OR subject_id = $2)`,
      [category, scope],
    );
    return rows.some((row) => row.day === day);
  });

export const lease = async (): Promise<Lease> => {
  const { pool } = rights.service.platform;
  const { rows } = await pool.query<{ epoch: string }>(`SELECT epoch FROM service.lease WHERE name = $1`, [
    retentionLease,
  ]);
  return { name: retentionLease, epoch: rows[0]!.epoch, signal: new AbortController().signal };
};
export const schedulerAt = (
  day: string,
  death = new Death(Number.POSITIVE_INFINITY, 'before'),
  periods: EndedPeriods = rights.service.get<EndedPeriods>(EndedPeriods),
): RetentionScheduler => {
  const { service } = rights;
  return new RetentionScheduler(
    death.over(service.get<Due>(Due), 'done', 'told', 'postpone'),
    service.get(DestructionBlocks),
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
/** Runs the scheduler for one day until nothing is left to do. */
export const live = async (day: string): Promise<void> => {
  while (await schedulerAt(day).runBatch(await lease()));
};
export const usable = async (subjectId: string) =>
  (await rights.service.get<KeyRing>(KeyRing).keysOf(subjectId)).filter(({ state }) => state === 'active');
export const scopesOf = async (subjectId: string, category: DataCategory) =>
  (await usable(subjectId)).flatMap((key) => (key.category === category ? [key.scope] : []));
export const endedKids = async (subjectId: string) =>
  (await read(streamName('dataSubject', subjectId))).flatMap(({ data, type }) =>
    type === 'SubjectKeysDestroyed' && data['requestId'] === null
      ? [(data['keys'] as unknown as { kid: string }[]).map(({ kid }) => kid)]
      : [],
  );

const address = { street: 'Exempelgatan 7', postalCode: '12345', city: 'Exempelstad', country: 'SE' };
export const buyer = { givenName: 'Anna', familyName: 'Exempelsson', address };
const money = { amountMinor: 12_900, currency: 'SEK' };
export const placeOn = async (
  day: string,
  subjectId: string,
  personnummerGround: string | null = null,
): Promise<string> => {
  const orderId = newId();
  await recordOn(day, 'order', orderId, subjectId, 'OrderPlaced', {
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
export const shipOn = async (day: string, subjectId: string, orderId: string): Promise<void> => {
  const payment = { processorId: 'payson', paymentReference: 'p1', amount: money };
  await recordOn(day, 'order', orderId, subjectId, 'PaymentApproved', payment);
  await recordOn(day, 'order', orderId, subjectId, 'OrderShipped', { shippedAt: noon(day) });
};

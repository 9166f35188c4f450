import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { schemaMap } from '@dittoo/contracts';
import { openPool } from '@dittoo/database';
import { PostgresEventStore } from '@dittoo/event-store';
import { newId } from '@dittoo/kernel';
import { EnvelopeSealer, FileKeyEncryption, PostgresKeyRing } from '@dittoo/personal-data';
import pg from 'pg';

/** @typedef {{ type: keyof typeof schemaMap, data: object }} Fact */

const address = { street: 'Storgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' };
const person = { givenName: 'Anna', familyName: 'Lindqvist', address };

/** A customer who registered and came back on as many days as asked. @param {string} email @param {number} days @returns {Fact[]} */
const customerLife = (email, days) => [
  {
    type: 'CustomerRegistered',
    data: { ...person, email, phone: '+46700000001', passwordHash: 'none', locale: 'sv' },
  },
  ...Array.from({ length: days }, (_, day) => ({
    type: /** @type {const} */ ('AccountUsed'),
    data: { on: new Date(Date.now() - (days - day) * 86_400_000).toISOString().slice(0, 10) },
  })),
];

/** An order that was cancelled at once: nothing of it leaves the shop. @param {string} email @returns {Fact[]} */
const orderLife = (email) => [
  {
    type: 'OrderPlaced',
    data: {
      lines: [{ sku: 'linne-handduk', name: 'Handduk i linne', quantity: 1, unitPriceMinor: 14_900, taxRate: 0.25 }],
      total: { amountMinor: 14_900, currency: 'SEK' },
      paymentMethod: 'paysonInvoice',
      personnummerGround: null,
      locale: 'sv',
      buyer: person,
      recipient: { ...person, email, phone: null },
    },
  },
  { type: 'OrderCancelled', data: { by: 'customer' } },
];

const atOnce = 24;

/**
 * Fills a running shop through the event store's own append, as another process of the shop would: sealed, in order, each
 * with its metadata.
 *
 * @param {{ dataDir: string, databaseUrl: string }} shop
 * @param {{ customers: number, daysEach: number, orders: { customerId: string, count: number } }} size
 */
export const fill = async ({ dataDir, databaseUrl }, { customers, daysEach, orders }) => {
  const keyRingUrl = new URL(databaseUrl);
  keyRingUrl.pathname += '_keyring';
  const pool = openPool(databaseUrl, { max: 6, applicationName: 'bench:fill', role: 'dittoo_app' });
  const keyRingPool = openPool(keyRingUrl.href, { max: 4, applicationName: 'bench:fill-keys' });
  const keyRing = new PostgresKeyRing(keyRingPool, FileKeyEncryption.read(join(dataDir, 'key-encryption-key.json')));
  await keyRing.start();
  const store = new PostgresEventStore(pool, { direct: { connectionString: databaseUrl } });
  const sealer = new EnvelopeSealer(schemaMap, keyRing);

  /** @param {string} stream @param {string} subjectId @param {Fact[]} facts */
  const append = async (stream, subjectId, facts) => {
    const correlationId = newId();
    const sealed = await sealer.seal(
      facts.map(({ data, type }) => {
        const { legalBasis, purpose, schemaVersion } = schemaMap[type];
        const actor = { kind: /** @type {const} */ ('dataSubject'), id: subjectId };
        return {
          stream,
          eventId: newId(),
          event: { type, data },
          metadata: {
            ...{ dataSubjectId: subjectId, actor, purpose, legalBasis, noticeVersion: null, correlationId },
            ...{ causationId: newId(), traceparent: null, schemaVersion, recordedAt: new Date().toISOString() },
          },
        };
      }),
    );
    await store.append(stream, sealed, 'no-stream');
  };
  const jobs = [
    ...Array.from({ length: customers }, () => () => {
      const subjectId = newId();
      return append(`customer-${subjectId}`, subjectId, customerLife(`kund.${subjectId}@example.org`, daysEach));
    }),
    ...Array.from(
      { length: orders.count },
      () => () => append(`order-${newId()}`, orders.customerId, orderLife('stor.kund@example.org')),
    ),
  ];
  try {
    let next = 0;
    const worker = async () => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await job();
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  } finally {
    await keyRing.close();
    await Promise.all([pool.end(), keyRingPool.end()]);
  }
};

/** Everything has a position, is sealed and is handled by every group; nothing that is due waits for a processor. */
const isCalm = `
  SELECT (SELECT count(*) FROM event_store.es_event) = (SELECT count(*) FROM event_store.es_log)
     AND (SELECT max(index) FROM audit.leaf) = (SELECT max(position) FROM event_store.es_log)
     AND (SELECT min(position) FROM delivery.group_checkpoint) = (SELECT max(position) FROM event_store.es_log)
     AND NOT EXISTS (SELECT FROM forwarding.payson_lane WHERE next_at <= now())
     AND NOT EXISTS (SELECT FROM forwarding.one_mail_lane WHERE next_at <= now()) AS calm`;

/** Resolves once the shop has nothing left to do. @param {string} databaseUrl @param {number} patienceMs */
export const calm = async (databaseUrl, patienceMs) => {
  const database = new pg.Client({ connectionString: databaseUrl, application_name: 'bench:calm' });
  await database.connect();
  try {
    // What is handled may append again: calm for a while is calm.
    for (let [end, times] = [Date.now() + patienceMs, 0]; times < 3; await sleep(1_000)) {
      const { rows } = await database.query(isCalm);
      times = rows[0].calm ? times + 1 : 0;
      if (Date.now() > end) throw new Error('the shop did not come to rest');
    }
  } finally {
    await database.end();
  }
};

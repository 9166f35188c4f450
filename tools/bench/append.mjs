import { randomUUID } from 'node:crypto';
import { schemaMap } from '@dittoo/contracts';
import { interleaved, slice } from './rounds.mjs';

/** @typedef {import('@dittoo/kernel').NewEvent} NewEvent */
/** @typedef {import('./test-environment.mjs').TestEnvironment} TestEnvironment */

const targets = /** @type {const} */ ({ plain: { 1: 0.8, 8: 0.75, 32: 1.2 }, sealed: { 1: 0.6, 8: 0.6, 32: 1.0 } });

/** About 420 B of data and 190 B of metadata, as an event of the shop has. */
const plainData = {
  lines: [
    { sku: 'filt-ull-gra', name: 'Ullfilt, grå', quantity: 1, unitPriceMinor: 89900, taxRate: 0.25 },
    { sku: 'ljus-bivax-6', name: 'Bivaxljus, sex stycken', quantity: 2, unitPriceMinor: 14900, taxRate: 0.25 },
  ],
  total: { amountMinor: 119700, currency: 'SEK' },
  paymentMethod: 'paysonInvoice',
  personnummerGround: null,
  locale: 'sv',
};
/** @type {(subjectId: string, type: keyof typeof schemaMap) => import('@dittoo/kernel').EventMetadata} */
const metadataOf = (subjectId, type) => ({
  dataSubjectId: subjectId,
  actor: { kind: 'dataSubject', id: subjectId },
  purpose: schemaMap[type].purpose,
  legalBasis: schemaMap[type].legalBasis,
  noticeVersion: null,
  correlationId: subjectId,
  causationId: subjectId,
  traceparent: null,
  schemaVersion: 1,
  recordedAt: new Date().toISOString(),
});

/** One event of `CustomerRegistered`: five personal fields and a locale. */
const personalData = {
  givenName: 'Anna',
  familyName: 'Lindqvist',
  email: 'anna.lindqvist@example.org',
  phone: '+46700000001',
  address: { street: 'Storgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' },
  locale: 'sv',
};

/**
 * One-row INSERT beside one-event append, plain and sealed with five personal fields. Each append begins a stream. The
 * sealed ones are about a hundred people whose keys are in the cache, as those of signed-in customers are.
 *
 * @param {Pick<TestEnvironment, 'pool' | 'store' | 'sealer'>} environment
 * @param {import('./rounds.mjs').Rounds} rounds
 * @param {(text: string) => void} say
 */
export const benchAppend = async ({ pool, store, sealer }, rounds, say) => {
  const subjects = Array.from({ length: 100 }, () => randomUUID());
  let next = 0;
  const nextSubject = () => subjects[next++ % 100] ?? '';
  const raw = () => {
    const subject = nextSubject();
    return pool.query({
      name: 'raw-insert',
      text: 'INSERT INTO bench.raw VALUES ($1, $2, $3, $4, $5, $6, $7)',
      values: [
        `order-${randomUUID()}`,
        0,
        randomUUID(),
        'OrderPlaced',
        JSON.stringify(plainData),
        JSON.stringify(metadataOf(subject, 'OrderPlaced')),
        new Date(),
      ],
    });
  };
  const plain = () =>
    store.append(
      `order-${randomUUID()}`,
      [
        {
          eventId: randomUUID(),
          type: 'OrderPlaced',
          data: plainData,
          metadata: metadataOf(nextSubject(), 'OrderPlaced'),
        },
      ],
      'no-stream',
    );
  const sealed = async () => {
    const stream = `customer-${randomUUID()}`;
    const events = await sealer.seal([
      {
        stream,
        eventId: randomUUID(),
        event: { type: 'CustomerRegistered', data: personalData },
        metadata: metadataOf(nextSubject(), 'CustomerRegistered'),
      },
    ]);
    return store.append(stream, events, 'no-stream');
  };
  for (let i = 0; i < 100; i++) await sealed(); // every key made and in the cache

  /** @type {import('./table.mjs').Run[]} */
  const runs = [];
  for (const concurrency of /** @type {const} */ ([1, 8, 32])) {
    say(`append, ${concurrency} at once …`);
    const measure = (/** @type {() => Promise<unknown>} */ work) => () => slice(concurrency, rounds.ms, work);
    const results = await interleaved(rounds, 'raw', {
      raw: measure(raw),
      plain: measure(plain),
      sealed: measure(sealed),
    });
    for (const kind of /** @type {const} */ (['plain', 'sealed'])) {
      runs.push({
        name: `append ${kind}, ${concurrency} at once`,
        unit: 'events/s',
        value: results[kind].rate,
        baseline: results.raw.rate,
        ratio: results[kind].ratio,
        target: targets[kind][concurrency],
      });
    }
  }
  return runs;
};

/** @param {string} subjectId @returns {NewEvent} */
export const event = (subjectId) => ({
  eventId: randomUUID(),
  type: 'OrderPlaced',
  data: plainData,
  metadata: metadataOf(subjectId, 'OrderPlaced'),
});

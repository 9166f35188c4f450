import { KeyRing, newId, Sealer, type RecordedEvent } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { relayService } from '../relay.module.js';

/** Promised: every event is published in position order and the checkpoint follows. Left open: how often. */
let service: TestService;
const published: RecordedEvent[] = [];
/** Called before the transport takes a page; a test may delay it. */
let mayPublish: Promise<void> = Promise.resolve();

beforeAll(async () => {
  service = await startTestService(relayService);
  const { publisher } = service.platform;
  const publish = publisher.publish.bind(publisher);
  publisher.publish = async (page) => {
    await mayPublish;
    published.push(...page.events);
    return publish(page);
  };
});
afterAll(() => service.close());

it('opens no key of personal data', () => {
  for (const part of [KeyRing, Sealer]) expect(() => service.get(part)).toThrow();
  expect(Object.keys(service.platform)).not.toContain('keyEncryption');
});

/** One event in a stream of its own. @returns its id */
const append = async (): Promise<string> => {
  const { store, clock } = service.platform;
  const [eventId, subject] = [newId(), newId()];
  const metadata = {
    dataSubjectId: subject,
    actor: { kind: 'system', id: 'spec' },
    purpose: 'consentEvidence',
    legalBasis: 'legalObligation',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt: clock.now(),
  } as const;
  const event = { eventId, type: 'ConsentsInvalidated', data: { reason: 'subjectErased' }, metadata } as const;
  await store.append(`consent-${subject}`, [event], 'no-stream');
  return eventId;
};

const figure = async (name: string): Promise<number> =>
  (await service.platform.metrics.getSingleMetric(name)!.get()).values[0]!.value;

describe('the relay', () => {
  it('publishes what was appended in order, and then moves its checkpoint', async () => {
    const { pool } = service.platform;
    const appended: string[] = [];
    for (let i = 0; i < 20; i++) appended.push(await append());
    await until(() => appended.every((id) => published.some(({ eventId }) => eventId === id)));
    const seen = new Map(published.map((event) => [event.position, event.eventId]));
    expect([...seen.keys()].sort((a, b) => Number(a - b))).toEqual(appended.map((_, index) => BigInt(index)));
    await until(async () => {
      const { rows } = await pool.query<{ position: string }>('SELECT position FROM relay.checkpoint');
      return rows[0]?.position === '19';
    });
  });

  it('says that it is the active one, and how long the transport has kept an event waiting', async () => {
    await until(async () => (await figure('dittoo_relay_active')) === 1);
    expect(await figure('dittoo_relay_lag_seconds')).toBe(0);
    let open = (): void => undefined;
    mayPublish = new Promise((resolve) => (open = resolve));
    const waiting = await append();
    const behind = await until(async () => {
      const seconds = await figure('dittoo_relay_lag_seconds');
      return seconds > 0 && seconds;
    });
    await until(async () => (await figure('dittoo_relay_lag_seconds')) > behind);
    open();
    await until(() => published.some(({ eventId }) => eventId === waiting));
    await until(async () => (await figure('dittoo_relay_lag_seconds')) === 0);
  });
});

import { newId, type RecordedEvent } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { relayService } from '../relay.module.js';

/** Promised: every event on the road, in position order, and the checkpoint behind it. Left open: how often. */
let service: TestService;
const published: RecordedEvent[] = [];

beforeAll(async () => {
  service = await startTestService(relayService);
  const { road } = service.platform;
  const publish = road.publish.bind(road);
  road.publish = (events) => {
    published.push(...events);
    return publish(events);
  };
});
afterAll(() => service.close());

describe('the relay', () => {
  it('puts what was appended on the road in order, and moves its checkpoint behind it', async () => {
    const { store, clock, pool } = service.platform;
    const appended: string[] = [];
    for (let i = 0; i < 20; i++) {
      const eventId = newId();
      appended.push(eventId);
      const subject = newId();
      await store.append(
        `consent-${subject}`,
        [
          {
            eventId,
            type: 'ConsentsInvalidated',
            data: { reason: 'subjectErased' },
            metadata: {
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
            },
          },
        ],
        'no-stream',
      );
    }
    await until(() => appended.every((id) => published.some(({ eventId }) => eventId === id)));
    const seen = new Map(published.map((event) => [event.position, event.eventId]));
    expect([...seen.keys()].sort((a, b) => Number(a - b))).toEqual(appended.map((_, index) => BigInt(index)));
    await until(async () => {
      const { rows } = await pool.query<{ position: string }>('SELECT position FROM relay.checkpoint');
      return rows[0]?.position === '19';
    });
  });
});

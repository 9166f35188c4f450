import type { ForwardingEvent } from '@dittoo/contracts';
import { newId, streamName } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { RowsOfPage } from '@dittoo/projections';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { readForwardingConfig } from '../processor-forwarding.config.js';
import { processorForwardingServiceWith } from '../processor-forwarding.module.js';
import { Delivery } from './delivery.entity.js';
import { DeliveryProjection } from './delivery.projection.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(processorForwardingServiceWith(readForwardingConfig({}, {})));
});
afterAll(() => service.close());

const asked = { processorId: 'payson', intent: 'openPayment', orderId: newId() } as const;
const requested: ForwardingEvent = { type: 'ForwardingRequested', data: { ...asked, fields: ['givenName'] } };
const failed = (nextAttemptAt: string | null): ForwardingEvent => ({
  type: 'AttemptFailed',
  data: { processorId: 'payson', intent: 'openPayment', attempt: 2, failure: 'http-429', nextAttemptAt },
});
const parked: ForwardingEvent = { type: 'ForwardingParked', data: { ...asked, failure: 'http-429' } };
const again: ForwardingEvent = { type: 'RedeliveryRequested', data: { processorId: 'payson', intent: 'openPayment' } };
const completed: ForwardingEvent = { type: 'ForwardingCompleted', data: asked };
const refused: ForwardingEvent = {
  type: 'ForwardingRefused',
  data: { ...asked, reason: 'consentMissing', fields: ['personnummer'], purpose: null, consentRecordId: null },
};
const cancelled: ForwardingEvent = { type: 'ForwardingCancelled', data: { ...asked, reason: 'subjectErased' } };

const handlers = {
  ForwardingRequested: 'requested',
  ForwardingRefused: 'refused',
  AttemptFailed: 'attemptFailed',
  ForwardingParked: 'parked',
  RedeliveryRequested: 'redeliveryRequested',
  ForwardingCancelled: 'cancelled',
  ForwardingCompleted: 'completed',
} as const;

/** The row after these pages of events. */
const rowAfter = async (...pages: ForwardingEvent[][]): Promise<Delivery> => {
  const forwardingId = newId();
  const projection = service.get<DeliveryProjection>(DeliveryProjection);
  const { manager } = service.get<DataSource>(DataSource);
  for (const page of pages) {
    const rows = new RowsOfPage(manager);
    for (const event of page) {
      const handle = projection[handlers[event.type as keyof typeof handlers]] as (event: object, to: object) => void;
      const delivered = {
        ...event,
        stream: streamName('forwarding', forwardingId),
        metadata: { recordedAt: '2026-11-22T10:00:00.000Z' },
      };
      handle.call(projection, delivered, { gather: rows.gather });
    }
    await rows.written();
  }
  return manager.findOneByOrFail(Delivery, { forwardingId });
};

/** Each event delivered twice; in pages of their own, and in one. */
const alone = (events: readonly ForwardingEvent[]) => events.flatMap((event) => [[event], [event]]);
const together = (events: readonly ForwardingEvent[]) => [events.flatMap((event) => [event, event])];

describe('the delivery row', () => {
  it.each([
    ['queued', [requested], null],
    ['retrying', [requested, failed('2026-11-22T10:00:05.000Z')], 'http-429'],
    ['parked', [requested, failed(null), parked], 'http-429'],
    ['queued', [requested, parked, again], 'http-429'],
    ['done', [requested, failed('2026-11-22T10:00:05.000Z'), completed], null],
    ['refused', [requested, refused], 'consentMissing'],
    ['cancelled', [requested, cancelled], 'subjectErased'],
  ] as const)('is %s', async (state, events, reason) => {
    const row = { processorId: 'payson', intent: 'openPayment', orderId: asked.orderId, fields: ['givenName'], state, reason }; // prettier-ignore
    expect(await rowAfter(...alone(events))).toMatchObject(row);
    expect(await rowAfter(...together(events))).toMatchObject(row);
  });

  it('says when the next attempt is due, until the forwarding ends', async () => {
    const retrying = [requested, failed('2026-11-22T10:00:05.000Z')];
    for (const pages of [alone, together]) {
      const waiting = await rowAfter(...pages(retrying));
      expect([waiting.attempts, waiting.nextAttemptAt?.toISOString()]).toEqual([2, '2026-11-22T10:00:05.000Z']);
      const over = await rowAfter(...pages([...retrying, completed]));
      expect([over.attempts, over.nextAttemptAt]).toEqual([2, null]);
    }
  });
});

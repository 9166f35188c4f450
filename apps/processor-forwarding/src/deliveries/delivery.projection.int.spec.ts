import type { ForwardingEvent } from '@dittoo/contracts';
import { newId, streamName } from '@dittoo/kernel';
import { startTestService, type TestService } from '@dittoo/platform/testing';
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

/** The row after these events, each of them delivered twice. */
const rowAfter = async (...events: ForwardingEvent[]): Promise<Delivery> => {
  const forwardingId = newId();
  const projection = service.get<DeliveryProjection>(DeliveryProjection);
  const { manager } = service.get<DataSource>(DataSource);
  for (const event of events.flatMap((event) => [event, event])) {
    const handle = projection[handlers[event.type as keyof typeof handlers]] as (
      event: object,
      context: object,
    ) => Promise<void>;
    const delivered = {
      ...event,
      stream: streamName('forwarding', forwardingId),
      metadata: { recordedAt: '2026-11-22T10:00:00.000Z' },
    };
    await handle.call(projection, delivered, { group: 'forwarding.deliveries', transaction: manager });
  }
  return manager.findOneByOrFail(Delivery, { forwardingId });
};

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
    expect(await rowAfter(...events)).toMatchObject({ processorId: 'payson', intent: 'openPayment', state, reason });
  });

  it('says when the next attempt is due, until the forwarding ends', async () => {
    const waiting = await rowAfter(requested, failed('2026-11-22T10:00:05.000Z'));
    expect([waiting.attempts, waiting.nextAttemptAt?.toISOString()]).toEqual([2, '2026-11-22T10:00:05.000Z']);
    expect((await rowAfter(requested, failed('2026-11-22T10:00:05.000Z'), completed)).nextAttemptAt).toBeNull();
  });
});

/*
 * Promised: every kind says what opens and what closes it, or the build fails (the `@ts-expect-error` lines must not
 * compile); a delivery that was given up is one item, of the kind that tells most.
 */
import { attentionKinds, type ForwardingEvents, type ForwardingIntent } from '@dittoo/contracts';
import { newId, streamName, type Delivered } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import { attentionSources } from './attention-sources.js';

const parked = (intent: ForwardingIntent, failure: string): Delivered<ForwardingEvents, 'ForwardingParked'> => ({
  type: 'ForwardingParked',
  stream: streamName('forwarding', newId()),
  eventId: newId(),
  revision: 3n,
  position: 30n,
  data: { processorId: 'payson', intent, orderId: null, failure },
  metadata: {
    dataSubjectId: newId(),
    actor: { kind: 'system', id: 'spec' },
    purpose: 'processorForwarding',
    legalBasis: 'legalObligation',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt: '2026-11-27T10:00:00.000Z',
  },
});

const kindsOpenedBy = (event: Delivered<ForwardingEvents, 'ForwardingParked'>): string[] =>
  attentionKinds.filter((kind) => {
    const source = attentionSources[kind];
    return 'opens' in source && (source.opens.ForwardingParked?.(event) ?? null) !== null;
  });

describe('the sources of attention items', () => {
  it('are there for every kind', () => {
    const { groupLagging, ...others } = attentionSources;
    // @ts-expect-error a kind without a source
    const incomplete: typeof attentionSources = others;
    // @ts-expect-error a source that does not say what closes the kind
    const openEnded: typeof attentionSources = { ...attentionSources, groupLagging: { watchedBy: 'audit' } };
    expect(Object.keys(incomplete)).not.toContain('groupLagging');
    expect(openEnded.groupLagging).not.toEqual(groupLagging);
    expect(Object.keys(attentionSources).sort()).toEqual([...attentionKinds].sort());
  });

  it('name at least one event that opens a kind, where events do', () => {
    for (const kind of attentionKinds) {
      const source = attentionSources[kind];
      if ('opens' in source) expect([kind, Object.keys(source.opens).length]).not.toEqual([kind, 0]);
      if ('opens' in source && source.closes !== 'byHand')
        expect([kind, Object.keys(source.closes).length]).not.toEqual([kind, 0]);
    }
  });

  it.each([
    ['openPayment', 'http-422', 'paymentNotOpened'],
    ['capturePayment', 'http-503', 'deliveryParked'],
    ['refundPayment', 'timeout', 'deliveryParked'],
    ['eraseSubject', 'internal-error', 'deliveryParked'],
    ['sendMail', 'smtp-550', 'mailAddressRefused'],
    ['sendMail', 'smtp-551', 'mailAddressRefused'],
    ['sendMail', 'smtp-552', 'deliveryParked'],
    ['sendMail', 'smtp-421', 'deliveryParked'],
    ['capturePayment', 'smtp-550', 'deliveryParked'],
  ] as const)('a parked %s (%s) is one item, %s', (intent, failure, kind) =>
    expect(kindsOpenedBy(parked(intent, failure))).toEqual([kind]),
  );
});

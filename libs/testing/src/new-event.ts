import { newId, type JsonValue, type NewEvent } from '@dittoo/kernel';

/** An event of the system about no person, ready to append: for specs to which only its type and data matter. */
export const newEvent = (type: string, data: { readonly [field: string]: JsonValue } = {}): NewEvent => ({
  eventId: newId(),
  type,
  data,
  metadata: {
    dataSubjectId: null,
    actor: { kind: 'system', id: 'spec' },
    purpose: 'test',
    legalBasis: 'contract',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt: '2026-01-01T00:00:00.000Z',
  },
});

import { createHash } from 'node:crypto';
import {
  evolveStanding,
  unrestricted,
  type DataSubjectEvent,
  type DeliveryRecipient,
  type OrderEvent,
  type OrderEvents,
} from '@dittoo/contracts';
import {
  EventStore,
  isEnvelope,
  isErased,
  Sealer,
  streamName,
  type DomainEvent,
  type OpenedEvent,
  type RecordedEvent,
  type Uuid,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { Standing } from '../gate/gate.js';
import { advertisingPurposes, consentsOf, notObjected, softOptInOf } from '../gate/standing.js';

/** An order as its stream tells it; nothing in it is personal. */
export interface OrderFacts {
  readonly placed: Omit<OrderEvents['OrderPlaced'], 'buyer' | 'recipient'>;
  readonly cancelled: boolean;
  /** Refunds in the order they were decided. */
  readonly refunds: readonly OrderEvents['RefundDecided'][];
}

/** Values in the clear, and the digest of the ciphertexts they came from. Lives in the function that sends. */
export interface Opened<T> {
  readonly value: T;
  /** Hex SHA-256. */
  readonly digest: string;
}

/**
 * Reads what the gate judges and what a send carries from the event store itself, at that moment. A projection could be
 * behind and would have to be asked how far; a stream cannot. The store not answering is an error here, and the caller
 * holds: nothing is sent on what was true a while ago.
 */
@Injectable()
export class Source {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  async standing(subjectId: Uuid): Promise<Standing> {
    const chosen: RecordedEvent[] = [];
    for await (const recorded of this.store.readStream(streamName('consent', subjectId))) chosen.push(recorded);
    const mailed: RecordedEvent[] = [];
    for await (const recorded of this.store.readStream(streamName('newsletter', subjectId))) mailed.push(recorded);
    const objections: RecordedEvent[] = [];
    let erased = false;
    let processing = unrestricted;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      const event = recorded as unknown as DataSubjectEvent;
      // A key destroyed because its retention ended is no erasure of the person.
      erased ||= event.type === 'ErasureRequested';
      erased ||= event.type === 'SubjectKeysDestroyed' && event.data.requestId !== null;
      if (event.type === 'ProcessingObjected') objections.push(recorded);
      processing = evolveStanding(processing, event);
    }
    const { consents: said, declined } = consentsOf(chosen);
    const consents = notObjected(said, objections);
    const against = processing.objections.flatMap(({ purposes }) => purposes);
    const unwanted = declined || against.some((purpose) => advertisingPurposes.has(purpose));
    return {
      erased,
      restricted: processing.restrictions.length > 0,
      objected: against.filter((purpose) => consents[purpose] === undefined),
      consents,
      softOptIn: unwanted ? { status: 'ended' } : softOptInOf(mailed),
    };
  }

  /** `null` = there is no such order. */
  async order(orderId: Uuid): Promise<OrderFacts | null> {
    let placed: OrderEvents['OrderPlaced'] | null = null;
    let cancelled = false;
    const refunds: OrderEvents['RefundDecided'][] = [];
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      const event = recorded as unknown as OrderEvent;
      if (event.type === 'OrderPlaced') placed = event.data;
      if (event.type === 'OrderCancelled') cancelled = true;
      if (event.type === 'RefundDecided') refunds.push(event.data);
    }
    return placed === null ? null : { placed, cancelled, refunds };
  }

  /** Who the order goes to. `null` = its key is gone. */
  async recipient(orderId: Uuid): Promise<Opened<DeliveryRecipient> | null> {
    for await (const recorded of this.store.readStream(streamName('order', orderId))) {
      if (recorded.type === 'OrderPlaced') return this.open<DeliveryRecipient>(recorded, 'recipient');
    }
    return null;
  }

  /** The number as recorded now. `null` = none, removed, or its key is gone. */
  async personnummer(subjectId: Uuid): Promise<Opened<string> | null> {
    let last: RecordedEvent | null = null;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      if (recorded.type === 'PersonnummerRecorded') last = recorded;
      if (recorded.type === 'PersonnummerRemoved') last = null;
    }
    return last === null ? null : this.open<string>(last, 'number');
  }

  /** Opens one field and leaves sealed what the event says besides. `null` = nothing there, or its key is gone. */
  async open<T>(recorded: RecordedEvent, field: string): Promise<Opened<T> | null> {
    const envelope: unknown = recorded.data[field];
    if (!isEnvelope(envelope)) return null;
    const [opened] = (await this.sealer.open([{ ...recorded, data: { [field]: { ...envelope } } }])) as [
      OpenedEvent<DomainEvent<string, Record<string, T>>>,
    ];
    const value = opened.event.data[field];
    if (value === undefined || isErased(value)) return null;
    const { kid, iv, ct, tag } = envelope;
    return { value, digest: createHash('sha256').update([kid, iv, ct, tag].join('.')).digest('hex') };
  }
}

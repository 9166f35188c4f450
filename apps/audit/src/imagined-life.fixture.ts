import { schemaMap } from '@dittoo/contracts';
import {
  newId,
  streamName,
  type DataCategory,
  type DomainEvent,
  type OrderId,
  type RequestId,
  type SubjectId,
  type Uuid,
} from '@dittoo/kernel';
import type { Platform } from '@dittoo/platform';

/** Appends what the other services would, about invented people, for audit's specs. */
export class ImaginedLife {
  constructor(
    private readonly platform: Platform,
    readonly subjectId: SubjectId = newId(),
  ) {}

  /** Appends to `stream` as the service of that stream would. @returns ids of the events */
  async record(stream: string, ...events: readonly DomainEvent[]): Promise<Uuid[]> {
    const { clock, sealer, store } = this.platform;
    let revision: bigint | 'no-stream' = 'no-stream';
    for await (const event of store.readStream(stream, { direction: 'backwards', limit: 1 })) revision = event.revision;
    const [correlationId, causationId] = [newId(), newId()];
    const sealed = await sealer.seal(
      events.map((event) => {
        const { legalBasis, purpose, schemaVersion } = schemaMap[event.type as keyof typeof schemaMap];
        const actor = { kind: 'dataSubject', id: this.subjectId } as const;
        const causes = { correlationId, causationId, traceparent: null, noticeVersion: '2026-01' };
        const facts = { purpose, legalBasis, schemaVersion, recordedAt: clock.now() };
        return {
          stream,
          eventId: newId(),
          event,
          metadata: { dataSubjectId: this.subjectId, actor, ...causes, ...facts },
        };
      }),
    );
    await store.append(stream, sealed, revision);
    return sealed.map(({ eventId }) => eventId);
  }

  register(givenName = 'Astrid', email = 'astrid@example.org'): Promise<Uuid[]> {
    return this.record(streamName('customer', this.subjectId), {
      type: 'CustomerRegistered',
      data: {
        givenName,
        familyName: 'Exempelsson',
        email,
        phone: null,
        address: null,
        passwordHash: '$argon2id$not-for-anybody',
        locale: 'sv',
      },
    });
  }

  rename(givenName: string): Promise<Uuid[]> {
    return this.record(streamName('customer', this.subjectId), {
      type: 'NameRectified',
      data: { givenName, familyName: 'Exempelsson' },
    });
  }

  order(orderId: OrderId = newId()): Promise<Uuid[]> {
    const address = { street: 'Provgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' };
    const buyer = { givenName: 'Astrid', familyName: 'Exempelsson', address };
    return this.record(streamName('order', orderId), {
      type: 'OrderPlaced',
      data: {
        lines: [],
        total: { amountMinor: 12_900, currency: 'SEK' },
        paymentMethod: 'mondidoCard',
        personnummerGround: null,
        locale: 'sv',
        buyer,
        recipient: { ...buyer, email: 'astrid@example.org', phone: null },
      },
    });
  }

  /** Destroys the keys, then appends the event, as rights does at the end of an erasure. */
  async erase(
    requestId: RequestId = newId(),
    categories: readonly DataCategory[] = ['profile', 'contact'],
  ): Promise<void> {
    const destroyed = await this.platform.keyRing.destroy(this.subjectId, categories, {
      at: this.platform.clock.now(),
      requestId,
    });
    await this.record(streamName('dataSubject', this.subjectId), {
      type: 'SubjectKeysDestroyed',
      data: {
        requestId,
        keys: destroyed.map(({ category, fingerprint, kid }) => ({ category, fingerprint, kid })),
        retained: [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2034-12-31' }],
      },
    });
  }
}

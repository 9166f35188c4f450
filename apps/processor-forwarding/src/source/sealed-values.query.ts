import { createHash } from 'node:crypto';
import { isEnvelope, isErased, Sealer, type DomainEvent, type OpenedEvent, type RecordedEvent } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/** A value in the clear, and the digest of the ciphertext it came from. Exists only while it is being sent. */
export interface Opened<T> {
  readonly value: T;
  /** Hex SHA-256. */
  readonly digest: string;
}

/** Opens sealed fields of events, one at a time, in the moment before they are sent. */
@Injectable()
export class SealedValues {
  constructor(private readonly sealer: Sealer) {}

  /** Opens one field; the others stay sealed. `null` = the field is absent, or its key is destroyed. */
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

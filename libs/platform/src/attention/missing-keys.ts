import {
  KeyMissing,
  Sealer,
  type DomainEvent,
  type Envelope,
  type Erased,
  type JsonValue,
  type NewEvent,
  type OpenedEvent,
  type RecordedEvent,
  type SealPlace,
  type UnsealedEvent,
} from '@dittoo/kernel';
import type { PostgresKeyRing } from '@dittoo/personal-data';
import type { AttentionFact } from './attention-items.js';
import type { AttentionWatch } from './attention-watch.worker.js';
import type { ListedItem } from './attention-rows.js';

/** Keys that a process looked for and did not find; each is watched until the ring has it again. */
export class MissingKeys implements AttentionWatch<'keyMissing'> {
  readonly kind = 'keyMissing';
  private readonly noticed = new Map<string, string>();

  constructor(
    readonly where: string,
    private readonly ring: Pick<PostgresKeyRing, 'keysById'>,
    private readonly now: () => string,
  ) {}

  note(kid: string): void {
    if (!this.noticed.has(kid)) this.noticed.set(kid, this.now());
  }

  async look(_now: string, open: readonly ListedItem<'keyMissing'>[]): Promise<AttentionFact<'keyMissing'>[]> {
    const suspects = new Map([...this.noticed, ...open.map(({ about, since }) => [about.kid, since] as const)]);
    const facts: AttentionFact<'keyMissing'>[] = [];
    for (const [kid, since] of suspects) {
      if (await this.isMissing(kid)) facts.push({ key: kid, about: { kid }, since });
      else this.noticed.delete(kid);
    }
    return facts;
  }

  private async isMissing(kid: string): Promise<boolean> {
    try {
      await this.ring.keysById([kid]);
      return false;
    } catch (error) {
      if (error instanceof KeyMissing) return true;
      throw error;
    }
  }
}

/** A sealer that tells which keys were missing, and otherwise is the given one. */
export class NotingSealer extends Sealer {
  constructor(
    private readonly sealer: Sealer,
    private readonly missing: Pick<MissingKeys, 'note'>,
  ) {
    super();
  }

  override seal(events: readonly UnsealedEvent[]): Promise<NewEvent[]> {
    return this.noting(this.sealer.seal(events));
  }

  override open<Event extends DomainEvent = DomainEvent>(
    events: readonly RecordedEvent[],
  ): Promise<OpenedEvent<Event>[]> {
    return this.noting(this.sealer.open<Event>(events));
  }

  override sealValue(...value: Parameters<Sealer['sealValue']>): Promise<Envelope> {
    return this.noting(this.sealer.sealValue(...value));
  }

  override openValue(envelope: Envelope, place: SealPlace): Promise<JsonValue | Erased> {
    return this.noting(this.sealer.openValue(envelope, place));
  }

  private async noting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof KeyMissing) this.missing.note(error.kid);
      throw error;
    }
  }
}

import type { ConsentEvents, NewsletterEvents } from '@dittoo/contracts';
import { recordedAs, type OrderId, type RecordedEvent } from '@dittoo/kernel';

/** A consent in force, and the event that gave it. */
export interface ConsentInForce {
  readonly recordId: string;
  /** Revision in the consent stream, decimal. */
  readonly revision: string;
  /** When it was given or last reconfirmed, RFC 3339; how long it holds counts from here. */
  readonly since: string;
}

/** Marknadsföringslagen 19 §: mail about similar goods of our own to buyers who did not decline. A fact, not a consent. */
export type SoftOptIn =
  { readonly status: 'none' } | { readonly status: 'noted'; readonly orderId: OrderId } | { readonly status: 'ended' };

/** Refusing consent to one of these, or objecting to it, ends the soft opt-in as well. */
export const advertisingPurposes: ReadonlySet<string> = new Set(['newsletter', 'marketing', 'similarGoods']);

export type Consents = { readonly [purpose: string]: ConsentInForce };

/** What the gate has to know of a person, as their streams say it now. */
export interface Standing {
  readonly erased: boolean;
  /** Art. 18: stored only, while it holds. */
  readonly restricted: boolean;
  /** Purposes objected to (art. 21) and not consented to since. */
  readonly objected: readonly string[];
  readonly consents: Consents;
  readonly softOptIn: SoftOptIn;
}

/** What the consent stream says: the purposes in force, and whether mail that advertises was declined. */
export const consentsOf = (events: readonly RecordedEvent[]): { consents: Consents; declined: boolean } => {
  const consents: Record<string, ConsentInForce> = {};
  const declined = new Set<string>();
  for (const recorded of events) {
    const event = recordedAs<ConsentEvents>(recorded);
    switch (event.type) {
      case 'ConsentGiven':
      case 'ConsentReconfirmed': {
        const { purpose, recordId } = event.data;
        consents[purpose] = { recordId, revision: String(recorded.revision), since: recorded.metadata.recordedAt };
        declined.delete(purpose);
        break;
      }
      case 'ConsentRequested':
        break; // asking is not consenting
      case 'ConsentsInvalidated':
        for (const purpose in consents) delete consents[purpose];
        break;
      case 'ConsentRefused':
      case 'ConsentWithdrawn':
        if (advertisingPurposes.has(event.data.purpose)) declined.add(event.data.purpose);
        delete consents[event.data.purpose];
        break;
      default:
        // Expired, or an event type this reader does not know yet: fail closed.
        delete consents[event.data.purpose];
    }
  }
  return { consents, declined: declined.size > 0 };
};

/** What an objection (art. 21) leaves: a consent given later is the person's newer decision. */
export const notObjected = (consents: Consents, objections: readonly RecordedEvent[]): Consents => {
  const left = { ...consents };
  for (const { data, metadata } of objections) {
    for (const purpose of data['purposes'] as readonly string[]) {
      if (left[purpose] !== undefined && left[purpose].since <= metadata.recordedAt) delete left[purpose];
    }
  }
  return left;
};

/** What the newsletter stream says of the soft opt-in; once ended, it stays ended. */
export const softOptInOf = (events: readonly RecordedEvent[]): SoftOptIn => {
  let softOptIn: SoftOptIn = { status: 'none' };
  for (const recorded of events) {
    const event = recordedAs<NewsletterEvents>(recorded);
    if (event.type === 'NewsletterUnsubscribed' || event.type === 'SoftOptInEnded') return { status: 'ended' };
    if (event.type === 'SoftOptInNoted') softOptIn = { status: 'noted', orderId: event.data.orderId };
  }
  return softOptIn;
};

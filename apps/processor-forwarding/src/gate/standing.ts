import type { ConsentEvent, NewsletterEvent } from '@dittoo/contracts';
import type { RecordedEvent } from '@dittoo/kernel';

/** A consent in force, and where it stands. */
export interface ConsentInForce {
  readonly recordId: string;
  /** Revision in the consent stream, decimal. */
  readonly revision: string;
  /** When it was given or last reconfirmed, RFC 3339; how long it holds counts from here. */
  readonly since: string;
}

/** Marknadsföringslagen 19 §: mail about own similar goods to who bought and did not decline. A fact, never a consent. */
export type SoftOptIn =
  { readonly status: 'none' } | { readonly status: 'noted'; readonly orderId: string } | { readonly status: 'ended' };

/** A no to one of these, as a refusal or as an objection, ends the soft opt-in as well. */
export const advertisingPurposes: ReadonlySet<string> = new Set(['newsletter', 'marketing', 'similarGoods']);

export type Consents = { readonly [purpose: string]: ConsentInForce };

/** What the consent stream says: the purposes in force, and whether mail that advertises was declined. */
export const consentsOf = (events: readonly RecordedEvent[]): { consents: Consents; declined: boolean } => {
  const consents: Record<string, ConsentInForce> = {};
  const declined = new Set<string>();
  for (const recorded of events) {
    const event = recorded as unknown as ConsentEvent;
    switch (event.type) {
      case 'ConsentGiven':
      case 'ConsentReconfirmed': {
        const { purpose, recordId } = event.data;
        consents[purpose] = { recordId, revision: String(recorded.revision), since: recorded.metadata.recordedAt };
        declined.delete(purpose);
        break;
      }
      case 'ConsentRequested':
        break; // a question is no answer
      case 'ConsentsInvalidated':
        for (const purpose in consents) delete consents[purpose];
        break;
      case 'ConsentRefused':
      case 'ConsentWithdrawn':
        if (advertisingPurposes.has(event.data.purpose)) declined.add(event.data.purpose);
        delete consents[event.data.purpose];
        break;
      default:
        // Expired, or a word this reader does not know yet: fail closed.
        delete consents[(event as ConsentEvent & { data: { purpose: string } }).data.purpose];
    }
  }
  return { consents, declined: declined.size > 0 };
};

/** What an objection (art. 21) leaves: a consent given later is a new word of the person. */
export const notObjected = (consents: Consents, objections: readonly RecordedEvent[]): Consents => {
  const left = { ...consents };
  for (const { data, metadata } of objections) {
    for (const purpose of data['purposes'] as readonly string[]) {
      if (left[purpose] !== undefined && left[purpose].since <= metadata.recordedAt) delete left[purpose];
    }
  }
  return left;
};

/** What the newsletter stream says of the soft opt-in; ended is ended. */
export const softOptInOf = (events: readonly RecordedEvent[]): SoftOptIn => {
  let softOptIn: SoftOptIn = { status: 'none' };
  for (const recorded of events) {
    const event = recorded as unknown as NewsletterEvent;
    if (event.type === 'NewsletterUnsubscribed' || event.type === 'SoftOptInEnded') return { status: 'ended' };
    if (event.type === 'SoftOptInNoted') softOptIn = { status: 'noted', orderId: event.data.orderId };
  }
  return softOptIn;
};

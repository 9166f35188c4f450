import { personal, plain, secret, type EventOf, type Personal, type SchemaMapOf, type OrderId } from '@dittoo/kernel';
import type { Locale } from './vocabulary.js';

/**
 * Stream `newsletter-<dataSubjectId>`: an address that asked for the newsletter, until its owner said yes or the time
 * was over (the yes itself is a `ConsentGiven` in the person's consent stream), and a customer's soft opt-in, which is
 * no consent and therefore stands here. Decided by consent.
 */
export interface NewsletterEvents {
  /** An address was typed in; nothing is sent there but the question whether its owner did so. */
  NewsletterSubscriptionRequested: {
    readonly email: Personal<string>;
    /** Single use, what the mailed link carries. */
    readonly token: Personal<string>;
    readonly expiresAt: string;
    readonly noticeVersion: string;
    readonly noticeDigest: string;
    readonly language: Locale;
  };
  NewsletterSubscriptionConfirmed: { readonly recordId: string };
  /** Nothing that advertises is mailed any more, whatever it rested on: newsletter and soft opt-in end. */
  NewsletterUnsubscribed: { readonly by: 'link' | 'objection' };
  /** Marknadsföringslagen 19 §: bought, did not decline, may be mailed about own similar goods until they say no. */
  SoftOptInNoted: { readonly orderId: OrderId };
  /** Said no, before or after the first purchase. Never noted again. */
  SoftOptInEnded: { readonly by: 'myAccount' };
}
export type NewsletterEvent = EventOf<NewsletterEvents>;

const confirmation = {
  stream: 'newsletter',
  schemaVersion: 1,
  purpose: 'newsletterConfirmation',
  legalBasis: 'legitimateInterests',
} as const;
const evidence = { ...confirmation, purpose: 'consentEvidence', legalBasis: 'legalObligation' } as const;

const softOptIn = {
  stream: 'newsletter',
  schemaVersion: 1,
  purpose: 'similarGoods',
  legalBasis: 'legitimateInterests',
} as const;

export const newsletterSchema: SchemaMapOf<NewsletterEvents> = {
  NewsletterSubscriptionRequested: {
    ...confirmation,
    fields: {
      email: personal('contact'),
      token: secret('contact'),
      expiresAt: plain,
      noticeVersion: plain,
      noticeDigest: plain,
      language: plain,
    },
    // An address whose owner never said yes is kept for as long as it is asked.
    retention: [{ category: 'contact', keyPer: 'subject', extends: 'expiresAt' }],
  },
  NewsletterSubscriptionConfirmed: {
    ...evidence,
    fields: { recordId: plain },
    retention: [{ category: 'contact', keyPer: 'subject', keeps: 'untilEnded' }],
  },
  NewsletterUnsubscribed: {
    ...evidence,
    fields: { by: plain },
    retention: [{ category: 'contact', keyPer: 'subject', ends: 'recordedAt' }],
  },
  SoftOptInNoted: { ...softOptIn, fields: { orderId: plain } },
  SoftOptInEnded: { ...softOptIn, fields: { by: plain } },
};

import { personal, plain, type EventOf, type Personal, type SchemaMapOf } from '@dittoo/kernel';
import type { Locale } from './vocabulary.js';

/**
 * Stream `newsletter-<dataSubjectId>`: an address that asked for the newsletter, until its owner said yes or the time
 * was over. The yes itself is a `ConsentGiven` in the person's consent stream. Decided by consent.
 */
export interface NewsletterEvents {
  /** Somebody typed an address; nothing is sent there but the question whether it was its owner. */
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
  NewsletterUnsubscribed: { readonly by: 'link' | 'objection' };
}
export type NewsletterEvent = EventOf<NewsletterEvents>;

const confirmation = {
  stream: 'newsletter',
  schemaVersion: 1,
  purpose: 'newsletterConfirmation',
  legalBasis: 'legitimateInterests',
} as const;
const evidence = { ...confirmation, purpose: 'consentEvidence', legalBasis: 'legalObligation' } as const;

export const newsletterSchema: SchemaMapOf<NewsletterEvents> = {
  NewsletterSubscriptionRequested: {
    ...confirmation,
    fields: {
      email: personal('contact'),
      token: personal('contact'),
      expiresAt: plain,
      noticeVersion: plain,
      noticeDigest: plain,
      language: plain,
    },
  },
  NewsletterSubscriptionConfirmed: { ...evidence, fields: { recordId: plain } },
  NewsletterUnsubscribed: { ...evidence, fields: { by: plain } },
};

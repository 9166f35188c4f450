import type { Locale, NewsletterEvent } from '@dittoo/contracts';
import type { Personal } from '@dittoo/kernel';

/** The last confirmation mail to the address, not answered yet. */
export interface OpenRequest {
  readonly token: Personal<string>;
  readonly expiresAt: string;
  readonly noticeVersion: string;
  readonly noticeDigest: string;
  readonly language: Locale;
}

/** Whether one person may be mailed advertisements, and on which basis. Stream `newsletter-<dataSubjectId>`. */
export interface Newsletter {
  readonly email: Personal<string> | null;
  readonly request: OpenRequest | null;
  /** When this address's confirmation mails expire, oldest first: they limit how many are sent. */
  readonly asked: readonly string[];
  readonly unsubscribed: boolean;
  readonly softOptIn: 'none' | 'noted' | 'ended';
}

export const initialNewsletter: Newsletter = {
  email: null,
  request: null,
  asked: [],
  unsubscribed: false,
  softOptIn: 'none',
};

export const evolve = (newsletter: Newsletter, event: NewsletterEvent): Newsletter => {
  switch (event.type) {
    case 'NewsletterSubscriptionRequested': {
      const { email, ...request } = event.data;
      return { ...newsletter, email, request, asked: [...newsletter.asked, request.expiresAt] };
    }
    case 'NewsletterSubscriptionConfirmed':
      return { ...newsletter, request: null, unsubscribed: false };
    case 'NewsletterUnsubscribed':
      return { ...newsletter, request: null, unsubscribed: true, softOptIn: 'ended' };
    case 'SoftOptInNoted':
      return newsletter.softOptIn === 'none' ? { ...newsletter, softOptIn: 'noted' } : newsletter;
    case 'SoftOptInEnded':
      return { ...newsletter, softOptIn: 'ended' };
  }
};

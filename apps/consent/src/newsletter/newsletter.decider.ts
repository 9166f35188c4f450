import type { NewsletterEvent, NewsletterEvents } from '@dittoo/contracts';
import { DomainError, type Decider, type OrderId } from '@dittoo/kernel';
import { evolve, initialNewsletter, type Newsletter } from './newsletter.js';

type Requested = NewsletterEvents['NewsletterSubscriptionRequested'];

/** How long a mailed question can be answered. */
export const confirmableForMs = 48 * 3_600_000;
/** At most one confirmation mail in this time. */
const pauseMs = 10 * 60_000;
/** And at most so many in a day: a form must not be usable to flood another person's mailbox. */
const [perDay, dayMs] = [3, 24 * 3_600_000];

export type NewsletterCommand =
  /** `given`: consent to this policy version is in force, so there is nothing to ask. */
  | {
      readonly type: 'RequestSubscription';
      readonly request: Omit<Requested, 'expiresAt'>;
      readonly given: boolean;
      readonly now: string;
    }
  /** `tokenMatches`: compared by the caller in constant time. */
  | {
      readonly type: 'ConfirmSubscription';
      readonly tokenMatches: boolean;
      readonly recordId: string;
      readonly now: string;
    }
  | { readonly type: 'Unsubscribe'; readonly by: NewsletterEvents['NewsletterUnsubscribed']['by'] }
  | { readonly type: 'NoteSoftOptIn'; readonly orderId: OrderId; readonly declined: boolean }
  | { readonly type: 'EndSoftOptIn'; readonly by: NewsletterEvents['SoftOptInEnded']['by'] };

/** Whether confirmation mails were sent too recently or too often to send another, also when the clock was set back. */
const tooOften = ({ asked }: Newsletter, now: string): boolean => {
  const agesMs = asked.map((expiresAt) => Date.parse(now) - (Date.parse(expiresAt) - confirmableForMs));
  return agesMs.some((age) => age < pauseMs) || agesMs.filter((age) => age < dayMs).length >= perDay;
};

const decide = (command: NewsletterCommand, newsletter: Newsletter): NewsletterEvent[] => {
  switch (command.type) {
    case 'RequestSubscription': {
      const { now, request } = command;
      if (command.given || tooOften(newsletter, now)) return [];
      const expiresAt = new Date(Date.parse(now) + confirmableForMs).toISOString();
      return [{ type: 'NewsletterSubscriptionRequested', data: { ...request, expiresAt } }];
    }
    case 'ConfirmSubscription': {
      const open = newsletter.request;
      if (open === null || !command.tokenMatches || open.expiresAt <= command.now) {
        throw new DomainError('invalid-confirmation-token');
      }
      return [{ type: 'NewsletterSubscriptionConfirmed', data: { recordId: command.recordId } }];
    }
    case 'Unsubscribe':
      return newsletter.unsubscribed ? [] : [{ type: 'NewsletterUnsubscribed', data: { by: command.by } }];
    case 'NoteSoftOptIn':
      if (command.declined || newsletter.softOptIn !== 'none') return [];
      return [{ type: 'SoftOptInNoted', data: { orderId: command.orderId } }];
    case 'EndSoftOptIn':
      return newsletter.softOptIn === 'ended' ? [] : [{ type: 'SoftOptInEnded', data: { by: command.by } }];
  }
};

export const newsletterDecider: Decider<NewsletterCommand, Newsletter, NewsletterEvent> = {
  category: 'newsletter',
  initialState: initialNewsletter,
  decide,
  evolve,
};

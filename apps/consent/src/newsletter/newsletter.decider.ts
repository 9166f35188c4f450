import type { NewsletterEvent, NewsletterEvents } from '@dittoo/contracts';
import { DomainError, type Decider, type OrderId } from '@dittoo/kernel';
import { evolve, initialNewsletter, type Newsletter } from './newsletter.js';

type Requested = NewsletterEvents['NewsletterSubscriptionRequested'];

/** How long a mailed question can be answered. */
export const confirmableForMs = 48 * 3_600_000;
/** One question in this time, however often it is asked for. */
const pauseMs = 10 * 60_000;
/** And so many in a day: what is typed into a form must not fill a stranger's mailbox. */
const [perDay, dayMs] = [3, 24 * 3_600_000];

export type NewsletterCommand =
  /** `given`: consent stands on this very policy, there is nothing to ask. */
  | {
      readonly type: 'RequestSubscription';
      readonly request: Omit<Requested, 'expiresAt'>;
      readonly given: boolean;
      readonly now: string;
    }
  /** `tokenMatches`: compared outside, in a time that says nothing. */
  | {
      readonly type: 'ConfirmSubscription';
      readonly tokenMatches: boolean;
      readonly recordId: string;
      readonly now: string;
    }
  | { readonly type: 'Unsubscribe'; readonly by: NewsletterEvents['NewsletterUnsubscribed']['by'] }
  | { readonly type: 'NoteSoftOptIn'; readonly orderId: OrderId; readonly declined: boolean }
  | { readonly type: 'EndSoftOptIn'; readonly by: NewsletterEvents['SoftOptInEnded']['by'] };

/** Was a question mailed so lately, or so often, that another one would be a nuisance? Clocks that ran back included. */
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

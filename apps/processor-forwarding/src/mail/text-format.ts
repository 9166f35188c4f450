import type { Locale } from '@dittoo/contracts';
import type { NotificationMessages } from '../messages/messages.js';
import type { Notification } from './notification.js';

/** The words of a notification in one language, before they become text and HTML. */
export interface NotificationText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Quoted: words another person wrote, or lines that keep their breaks. */
  readonly quote?: string;
  /** Follows the quote. */
  readonly after?: readonly string[];
  readonly action?: { readonly label: string; readonly path: string };
  /** To type where the person registered, instead of following the link. */
  readonly code?: string;
  /** Why the addressee receives this. */
  readonly because: string;
}

/** Writes a notification in the language of `messages`; it uses no more than the fields of its kind. */
export type Writer = (messages: NotificationMessages, notification: Notification) => NotificationText;

/** A time among the facts of an event. */
export const dateOf = (fact: unknown): Date => new Date(String(fact));

export const money = (language: Locale, amountMinor: number, currency: string): string =>
  new Intl.NumberFormat(language === 'sv' ? 'sv-SE' : 'en-GB', { style: 'currency', currency }).format(amountMinor / 100); // prettier-ignore

/**
 * The page a link leads to: one of the gateway's own, without script, or the storefront's at the same path. The token is
 * in the query, which no server of the shop logs; opening the page spends nothing.
 */
export const page = (
  name: 'email' | 'newsletter' | 'unsubscribe' | 'request' | 'copy' | 'certificate' | 'sign-in',
  language: Locale,
  query: Readonly<Record<string, string>> = {},
): string =>
  `/p/${name}?${Object.entries({ lang: language, ...query })
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&')}`;

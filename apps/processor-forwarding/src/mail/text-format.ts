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
  /** For readers who cannot follow a link. */
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

/** In the fragment: browsers do not send it, so no server logs the code. */
export const withCode = (path: string, token: string): string => `${path}#token=${encodeURIComponent(token)}`;

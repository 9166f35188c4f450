import type { Locale, OrderEvents } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import type { RequestInWords } from './request-facts.js';

/** The contents of a notification in the clear. Exists only while it is being sent. */
export interface Notification {
  readonly email: string;
  readonly language: Locale;
  /** Id of the request, the case or the order it is about. */
  readonly about: Uuid;
  /** Fields of the event that are not personal. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Personal fields of the event, opened. */
  readonly opened: Readonly<Record<string, string>>;
  readonly order: { readonly givenName: string; readonly placed: Omit<OrderEvents['OrderPlaced'], 'buyer' | 'recipient'> } | null; // prettier-ignore
  /** The subject line of the case it belongs to. */
  readonly caseSubject: string | null;
  /** Ends the subscription; `null` where there is none. */
  readonly unsubscribeToken: string | null;
  /** The requester is known by their e-mail address alone and has no account to sign in to. */
  readonly byEmailOnly: boolean;
  /** What the request it is about asked for, and what became of it; `null` where it is about something else. */
  readonly request: RequestInWords | null;
  /** Opens the certificate of an erasure; `null` where there is none. */
  readonly certificateToken: string | null;
  /** Opens the access copy without signing in; `null` where the requester can sign in. */
  readonly copyToken: string | null;
  /** The event that opened the case: the notification of that event is the mail this one answers. */
  readonly openedBy: Uuid | null;
  /** Hex SHA-256 over the ciphertexts of the values. */
  readonly digest: string;
}

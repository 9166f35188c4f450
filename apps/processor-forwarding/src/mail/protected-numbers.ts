import { parsePersonnummer } from '@dittoo/personal-data';
import { containsCardNumber } from '@dittoo/service';

const digits = /(?<!\d)(?:\d{2})?\d{6}[-+]?\d{4}(?!\d)/g;

/** Card numbers and personnummer are never sent by mail. @param today RFC 3339 */
export const holdsProtectedNumber = (text: string, today: string): boolean =>
  containsCardNumber(text) || (text.match(digits) ?? []).some((number) => parsePersonnummer(number, today).valid);

/** The correspondent wrote the subject line of a case: one that contains such a number is not repeated to them. */
export const withoutProtectedNumbers = <T extends { readonly caseSubject: string | null }>(
  notification: T,
  today: string,
): T =>
  notification.caseSubject !== null && holdsProtectedNumber(notification.caseSubject, today)
    ? { ...notification, caseSubject: null }
    : notification;

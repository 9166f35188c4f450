import { isErased } from '@dittoo/kernel';
import type { Language } from '@dittoo/processor-register';
import type { CopyTexts } from './copy-texts.js';
import { eventWords, streamWords, wordsOf } from './event-words.js';
import { isWithheld } from '../person/subject-events.query.js';

/** `order-0f4f…` as "Order 0f4f…": the word to read, the number to ask about. */
export const headingOf = (stream: string, language: Language): string => {
  const cut = stream.indexOf('-');
  return `${wordsOf(streamWords, stream.slice(0, cut), language)} ${stream.slice(cut + 1)}`;
};

export const inWords = (
  { recordedAt, type }: { readonly type: string; readonly recordedAt: string },
  language: Language,
) => ({
  recordedAt,
  type: wordsOf(eventWords, type, language),
});

export const asText = (value: unknown, texts: CopyTexts): string => {
  if (isErased(value)) return texts.erased(value.at, value.requestId);
  return isWithheld(value) ? texts.withheld : plainText(value);
};

/** A person and where they live, in the order of a letter. */
const letterOrder = ['givenName', 'familyName', 'address', 'street', 'postalCode', 'city', 'country', 'email', 'phone'];

/** An address reads as it stands on a letter, anything else that has parts as names and values: no JSON. */
export const plainText = (value: unknown): string => {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(plainText).join('; ');
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  const place = ([name]: readonly [string, unknown]): number => letterOrder.indexOf(name);
  if (parts.some((part) => place(part) === -1)) {
    return parts.map(([name, part]) => `${name}: ${plainText(part)}`).join(', ');
  }
  return [...parts]
    .sort((one, other) => place(one) - place(other))
    .map(([, part]) => plainText(part))
    .join(', ');
};

import { isErased } from '@dittoo/kernel';
import type { Language } from '@dittoo/processor-register';
import { messages, type CopyMessages } from '../messages/messages.js';
import { isWithheld } from '../person/subject-events.query.js';

/** `order-0f4f…` as "Order 0f4f…": a readable name with the number for questions. */
export const headingOf = (stream: string, language: Language): string => {
  const cut = stream.indexOf('-');
  const category = stream.slice(0, cut);
  return `${messages(language).find(`stream.${category}`) ?? category} ${stream.slice(cut + 1)}`;
};

/** The text for an event; without one its name, so that a missing text never prevents a copy. */
export const eventInWords = (type: string, language: Language): string =>
  messages(language).find(`event.${type}`) ?? type;

export const inWords = (
  { recordedAt, type }: { readonly type: string; readonly recordedAt: string },
  language: Language,
) => ({
  recordedAt,
  type: eventInWords(type, language),
});

export const asText = (value: unknown, texts: CopyMessages): string => {
  if (!isErased(value)) return isWithheld(value) ? texts.format('copy.value.withheld') : plainText(value);
  const { at, requestId } = value;
  return requestId === null
    ? texts.format('copy.value.erased', { at })
    : texts.format('copy.value.erasedOnRequest', { at, requestId });
};

/** The parts of a postal address, in their usual order. */
const letterOrder = ['givenName', 'familyName', 'address', 'street', 'postalCode', 'city', 'country', 'email', 'phone'];

/** Formats a postal address as usual, other objects as names and values, never as JSON. */
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

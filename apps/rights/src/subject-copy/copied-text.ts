import { isErased } from '@dittoo/kernel';
import type { Language } from '@dittoo/processor-register';
import { messages, type CopyMessages } from '../messages/messages.js';
import { isWithheld } from '../person/subject-events.query.js';

/** `order-0f4f…` as "Order 0f4f…": the word to read, the number to ask about. */
export const headingOf = (stream: string, language: Language): string => {
  const cut = stream.indexOf('-');
  const category = stream.slice(0, cut);
  return `${messages(language).find(`stream.${category}`) ?? category} ${stream.slice(cut + 1)}`;
};

/** An event without words of its own keeps its name: a copy is never refused for it. */
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

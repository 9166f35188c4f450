import type { Language } from '@dittoo/processor-register';
import { messages } from '../messages/messages.js';

/** The streams whose id is the person's own: their number says nothing. */
const ofPerson: ReadonlySet<string> = new Set(['customer', 'dataSubject', 'consent', 'newsletter', 'account']);

/** `order-0f4f…` as "Order 0f4f…": a readable name, with the number for questions. */
export const headingOf = (stream: string, language: Language): string => {
  const cut = stream.indexOf('-');
  const category = stream.slice(0, cut);
  const name = messages(language).find(`stream.${category}`) ?? category;
  return ofPerson.has(category) ? name : `${name} ${stream.slice(cut + 1)}`;
};

/** The text for an event; without one its name, so that a missing text never prevents a copy. */
export const eventInWords = (type: string, language: Language): string =>
  messages(language).find(`event.${type}`) ?? type;

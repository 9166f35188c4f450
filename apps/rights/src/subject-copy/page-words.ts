import { isErased } from '@dittoo/kernel';
import { classOf, isWithheld } from '../person/subject-events.query.js';
import type { CopyMessages } from '../messages/messages.js';

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const isoDay = /^\d{4}-\d{2}-\d{2}$/;

/** A time as people in Sweden say it: local, with the name of the month. */
export const timeInWords = (at: string, texts: CopyMessages): string => texts.format('copy.time', { at: new Date(at) });

export const dayInWords = (day: string, texts: CopyMessages): string =>
  texts.format('copy.day', { day: new Date(`${day}T12:00:00Z`) });

/** The name of a field for a reader; `null` = it is of use to programs only and stays in the JSON. */
export const fieldInWords = (type: string, field: string, texts: CopyMessages): string | null => {
  const kind = classOf(type, field)?.kind;
  return texts.find(`${kind === 'personal' ? 'copy.field' : 'copy.plain'}.${field}`) ?? null;
};

/** The fields of an event or a record that a reader can use, with their names. */
export const fieldsInWords = (
  fields: { readonly [field: string]: unknown },
  nameOf: (field: string) => string | null,
  texts: CopyMessages,
  isPersonal: (field: string) => boolean = () => false,
): (readonly [name: string, value: string])[] =>
  Object.entries(fields).flatMap(([field, value]) => {
    const name = nameOf(field);
    if (name === null || value === null || value === undefined) return [];
    return [[name, isPersonal(field) ? personalInWords(value, texts) : valueInWords(value, texts)] as const];
  });

/** The fields of an event: what a person wrote stays as they wrote it. */
export const eventFieldsInWords = (
  type: string,
  fields: { readonly [field: string]: unknown },
  texts: CopyMessages,
): (readonly [name: string, value: string])[] =>
  fieldsInWords(
    fields,
    (field) => fieldInWords(type, field, texts),
    texts,
    (field) => classOf(type, field)?.kind === 'personal',
  );

/** Turns the texts within a value into words. */
type Wording = (text: string, texts: CopyMessages) => string;

/** A value of the shop: a time by the Swedish clock, an amount, a code in words. */
export const valueInWords = (value: unknown, texts: CopyMessages): string => inWords(value, texts, codeInWords);

/** A value about a person: a text is shown as it was written, an address as it is written on a letter. */
export const personalInWords = (value: unknown, texts: CopyMessages): string => inWords(value, texts, (text) => text);

const inWords = (value: unknown, texts: CopyMessages, wording: Wording): string => {
  if (isErased(value)) return erasedInWords(value.at, value.requestId, texts);
  if (isWithheld(value)) return texts.format('copy.value.withheld');
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return texts.format(value ? 'copy.value.yes' : 'copy.value.no');
  if (typeof value === 'string') return wording(value, texts);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value))
    return value.length === 0 ? '–' : value.map((part) => inWords(part, texts, wording)).join('; ');
  return objectInWords(value as { readonly [name: string]: unknown }, texts, wording);
};

const codeInWords: Wording = (text, texts) => {
  if (isoTime.test(text) && !Number.isNaN(Date.parse(text))) return timeInWords(text, texts);
  if (isoDay.test(text) && !Number.isNaN(Date.parse(text))) return dayInWords(text, texts);
  return texts.find(`copy.word.${text}`) ?? text;
};

const erasedInWords = (at: string, requestId: string | null, texts: CopyMessages): string =>
  requestId === null
    ? texts.format('copy.value.erased', { at: timeInWords(at, texts) })
    : texts.format('copy.value.erasedOnRequest', { at: timeInWords(at, texts), requestId });

/** The parts of a postal address, in their usual order. */
const letterOrder = ['givenName', 'familyName', 'address', 'street', 'postalCode', 'city', 'country', 'email', 'phone'];

const objectInWords = (value: { readonly [name: string]: unknown }, texts: CopyMessages, wording: Wording): string => {
  const { amountMinor, currency, given, name, purpose, quantity, sku } = value;
  if (typeof amountMinor === 'number' && typeof currency === 'string') return `${amountMinor / 100} ${currency}`;
  if (typeof quantity === 'number' && typeof sku === 'string')
    return `${quantity} × ${typeof name === 'string' ? name : sku}`;
  if (typeof given === 'boolean' && typeof purpose === 'string')
    return `${wording(purpose, texts)}: ${inWords(given, texts, wording)}`;
  const parts = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  const place = ([part]: readonly [string, unknown]): number => letterOrder.indexOf(part);
  if (parts.every((part) => place(part) !== -1))
    return [...parts]
      .sort((one, other) => place(one) - place(other))
      .map(([, part]) => inWords(part, texts, wording))
      .join(', ');
  const nameOf = (part: string): string => texts.find(`copy.field.${part}`) ?? texts.find(`copy.plain.${part}`) ?? part;
  return parts.map(([part, inside]) => `${nameOf(part)}: ${inWords(inside, texts, wording)}`).join(', ');
};

import type { Locale } from '@dittoo/contracts';
import { messages } from '../messages/messages.js';
import type { Form, Landing, TypedField } from './landing.page.js';

/** What a link or a form carried: text fields only. */
export type Fields = Readonly<Record<string, string>>;

/** A call of the public API in the person's name. */
export interface Call {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly body?: Fields;
  readonly bearer?: string;
}

/** @returns status and parsed body of a call */
export type Ask = (call: Call) => Promise<{ readonly status: number; readonly body: unknown }>;

/** The answer of this call is the page itself. */
export interface HandOver {
  readonly handOver: Call;
}

/** The outcome of a form: a page, a problem to show, or a page of the API. */
export type Outcome = Landing | { readonly refused: number } | HandOver;

/** One page under `/p/`: what it shows when it is opened, which spends nothing, and what its form does. */
export interface LandingKind {
  readonly opened: (language: Locale, carried: Fields) => Landing | HandOver;
  readonly posted: ((language: Locale, fields: Fields, ask: Ask) => Promise<Outcome>) | null;
}

type Named = 'email' | 'newsletter' | 'unsubscribe' | 'request' | 'copy' | 'sign-in';

const pageWith = (
  name: Named,
  language: Locale,
  lead: string,
  { carried = {}, typed = [] }: { readonly carried?: Fields; readonly typed?: readonly TypedField[] },
): Landing => {
  const texts = messages(language);
  const form: Form = { page: name, action: texts.format(`${name}.action`), carried, typed };
  const paragraphs = typed.length > 0 ? [lead] : [lead, texts.format('once')];
  return { language, title: texts.format(`${name}.title`), paragraphs, form };
};

const done = (name: Exclude<Named, 'copy' | 'request'>, language: Locale): Landing => {
  const texts = messages(language);
  return { language, title: texts.format(`${name}.done.title`), paragraphs: [texts.format(`${name}.done.text`)] };
};

const typedField = (language: Locale, name: TypedField['name']): TypedField => {
  const texts = messages(language);
  return { name, label: name === 'code' ? texts.format('email.code') : texts.format(`signedIn.${name}`) };
};

const picked = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));

/** A page whose button spends the token of its link at one route. */
const spending = (name: Exclude<Named, 'copy' | 'request' | 'sign-in'>, path: string): LandingKind => ({
  opened: (language, { token }) =>
    pageWith(name, language, messages(language).format(`${name}.lead`), {
      carried: picked({ token: token ?? '' }, 'token'),
    }),
  posted: async (language, fields, ask) => {
    const { status } = await ask({ method: 'POST', path, body: picked(fields, 'token') });
    return status < 300 ? done(name, language) : { refused: status };
  },
});

const signIn = async (
  ask: Ask,
  fields: Fields,
): Promise<{ readonly bearer: string } | { readonly refused: number }> => {
  const { body, status } = await ask({
    method: 'POST',
    path: '/api/v1/sessions',
    body: picked(fields, 'email', 'password'),
  });
  return status < 300 ? { bearer: String((body as { accessToken?: unknown }).accessToken) } : { refused: status };
};

const email: LandingKind = {
  opened: (language, { token }) => {
    const texts = messages(language);
    if (token !== undefined) return pageWith('email', language, texts.format('email.lead'), { carried: { token } });
    const typed = [typedField(language, 'email'), typedField(language, 'code')];
    return pageWith('email', language, texts.format('email.typed'), { typed });
  },
  posted: async (language, fields, ask) => {
    const body = fields['token'] === undefined ? picked(fields, 'email', 'code') : picked(fields, 'token');
    const { status } = await ask({ method: 'POST', path: '/api/v1/email-confirmations', body });
    return status < 300 ? done('email', language) : { refused: status };
  },
};

const request: LandingKind = {
  opened: (language, { token = '' }) =>
    pageWith('request', language, messages(language).format('request.lead'), { carried: { token } }),
  posted: async (language, fields, ask) => {
    const path = '/api/v1/privacy-requests/confirmation';
    const { body, status } = await ask({ method: 'POST', path, body: picked(fields, 'token') });
    if (status >= 300) return { refused: status };
    const texts = messages(language);
    const dueAt = new Date(String((body as { dueAt?: unknown }).dueAt));
    return {
      language,
      title: texts.format('request.done.title'),
      paragraphs: [texts.format('request.done.text', { dueAt })],
    };
  },
};

/** With the token of a mailed link, or after signing in: the page is the copy itself. */
const copy: LandingKind = {
  opened: (language, carried) => {
    const texts = messages(language);
    if (carried['token'] !== undefined)
      return pageWith('copy', language, texts.format('copy.lead'), { carried: picked(carried, 'request', 'token') });
    const typed = [typedField(language, 'email'), typedField(language, 'password')];
    return pageWith('copy', language, texts.format('copy.signIn'), { carried: picked(carried, 'request'), typed });
  },
  posted: async (_language, fields, ask) => {
    const id = encodeURIComponent(fields['request'] ?? '');
    if (fields['token'] !== undefined) {
      const path = `/api/v1/privacy-requests/${id}/export`;
      return { handOver: { method: 'POST', path, body: { ...picked(fields, 'token'), format: 'html' } } };
    }
    const session = await signIn(ask, fields);
    if ('refused' in session) return session;
    return { handOver: { method: 'GET', path: `/api/v1/me/requests/${id}/export?format=html`, ...session } };
  },
};

/** Signing in is enough to keep an account: the session ends at once. */
const signInPage: LandingKind = {
  opened: (language) => {
    const typed = [typedField(language, 'email'), typedField(language, 'password')];
    return pageWith('sign-in', language, messages(language).format('sign-in.lead'), { typed });
  },
  posted: async (language, fields, ask) => {
    const session = await signIn(ask, fields);
    if ('refused' in session) return session;
    await ask({ method: 'DELETE', path: '/api/v1/sessions/current', ...session });
    return done('sign-in', language);
  },
};

/** The customer comes back from a payment page, paid or not: the page knows nothing of the order. */
const order: LandingKind = {
  opened: (language) => {
    const texts = messages(language);
    return { language, title: texts.format('order.title'), paragraphs: [texts.format('order.lead')] };
  },
  posted: null,
};

/** The certificate in words. It can be read any number of times, so it needs no button. */
const certificate: LandingKind = {
  opened: (language, { request: id = '', token = '' }) => {
    const query = new URLSearchParams({ token, format: 'html', lang: language }).toString();
    return { handOver: { method: 'GET', path: `/api/v1/me/requests/${encodeURIComponent(id)}/certificate?${query}` } };
  },
  posted: null,
};

/** Every page under `/p/`. */
export const landings = {
  email,
  newsletter: spending('newsletter', '/api/v1/newsletter/confirmations'),
  unsubscribe: spending('unsubscribe', '/api/v1/newsletter/unsubscriptions'),
  request,
  copy,
  certificate,
  'sign-in': signInPage,
  order,
} as const satisfies Readonly<Record<string, LandingKind>>;

/** What a refusal means to a person. */
export const refusal = (language: Locale, status: number): Landing => {
  const texts = messages(language);
  const problem = problemOf(status);
  return {
    language,
    title: texts.format(`problem.${problem}.title`),
    paragraphs: [texts.format(`problem.${problem}.text`)],
  };
};

const problemOf = (status: number): 'password' | 'often' | 'spent' | 'later' => {
  if (status === 401) return 'password';
  if (status === 429) return 'often';
  return status < 500 ? 'spent' : 'later';
};

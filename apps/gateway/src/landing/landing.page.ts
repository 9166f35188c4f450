import { createHash } from 'node:crypto';
import type { Locale } from '@dittoo/contracts';
import { htmlPage, markup, type Html } from '@dittoo/processor-register';
import { messages } from '../messages/messages.js';

/** A field that a person fills in. */
export interface TypedField {
  readonly name: 'email' | 'code' | 'password';
  readonly label: string;
}

/** A form with one button. It posts to the page it stands on. */
export interface Form {
  readonly page: string;
  readonly action: string;
  /** What the link carried. */
  readonly carried: Readonly<Record<string, string>>;
  readonly typed: readonly TypedField[];
}

export interface Landing {
  readonly language: Locale;
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly form?: Form;
}

const inputTypes = {
  email: markup`type="email" autocomplete="email"`,
  code: markup`type="text" inputmode="numeric" autocomplete="one-time-code"`,
  password: markup`type="password" autocomplete="current-password"`,
} as const;

const fieldOf = ({ label, name }: TypedField): Html =>
  markup`<p><label for="${name}">${label}</label><br><input id="${name}" name="${name}" ${inputTypes[name]} required></p>\n`;

/** Addresses are relative, so that the page works under the path of a public address too. */
const formOf = (
  { action, carried, page, typed }: Form,
  language: Locale,
): Html => markup`<form method="post" action="${page}">
<input type="hidden" name="lang" value="${language}">
${Object.entries(carried).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">\n`)}${typed.map(fieldOf)}<p><button type="submit">${action}</button></p>
</form>
`;

/** A small page of the shop's own: readable on a phone, no script, nothing fetched from elsewhere. */
export const landingPage = ({ form, language, paragraphs, title }: Landing): string => {
  const texts = messages(language);
  return htmlPage({
    language,
    title,
    body: markup`<main>
<h1>${title}</h1>
${paragraphs.map((paragraph) => markup`<p>${paragraph}</p>\n`)}${form === undefined ? '' : formOf(form, language)}</main>
<footer><p><a href="../api/v1/policy.html?lang=${language}">${texts.format('policy')}</a></p></footer>`,
  });
};

/** What the page may do: its own style, a form to its own host. The style is named by its hash, so no other is applied. */
export const landingPolicy = (page: string): string => {
  const style = /<style>(?<text>[\s\S]*?)<\/style>/.exec(page)?.groups?.['text'] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
};

import type { Locale } from '@dittoo/contracts';
import type { LetterText } from './notification-texts.js';

/** Who writes, as every letter says at its end. */
export interface Writer {
  readonly shop: string;
  readonly email: string;
  /** Without a slash at its end. */
  readonly publicUrl: string;
}

const footer = {
  sv: { code: 'Kod', policy: 'Så behandlar vi dina uppgifter' },
  en: { code: 'Code', policy: 'How we treat your data' },
};

/** The letter in both forms. HTML is plain: no picture, no style sheet, nothing that is fetched or counts who reads. */
export const written = (
  letter: LetterText,
  language: Locale,
  { shop, email, publicUrl }: Writer,
): { readonly text: string; readonly html: string } => {
  const { paragraphs, quote, action, code, because } = letter;
  const words = footer[language];
  const link = action === undefined ? undefined : `${publicUrl}${action.path}`;
  const policy = `${publicUrl}/api/v1/policy.html?lang=${language}`;
  const text = [
    ...paragraphs,
    ...(quote === undefined ? [] : [quote]),
    ...(action === undefined ? [] : [`${action.label}:\n${link}`]),
    ...(code === undefined ? [] : [`${words.code}: ${code}`]),
    `-- \n${shop}\n${email}\n${because}\n${words.policy}: ${policy}`,
  ].join('\n\n');
  const html = [
    '<!doctype html>',
    `<html lang="${language}"><head><meta charset="utf-8"><title>${escaped(letter.subject)}</title></head><body>`,
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(quote === undefined ? [] : [`<p>${escaped(quote).replace(/\r?\n/g, '<br>')}</p>`]),
    ...(action === undefined ? [] : [`<p><a href="${escaped(link!)}">${escaped(action.label)}</a></p>`]),
    ...(code === undefined ? [] : [`<p>${words.code}: <code>${escaped(code)}</code></p>`]),
    `<hr><p>${[shop, email, because].map(escaped).join('<br>')}<br><a href="${escaped(policy)}">${words.policy}</a></p>`,
    '</body></html>',
  ].join('\n');
  return { text, html };
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

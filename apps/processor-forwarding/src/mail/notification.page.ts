import type { Locale } from '@dittoo/contracts';
import type { NotificationName } from './notification-kinds.js';
import { notificationTexts } from './notification-texts.js';
import type { Notification } from './notification.js';
import type { NotificationText } from './text-format.js';

/** Who sends the notification; in the last lines of each. */
export interface Sender {
  readonly shop: string;
  readonly email: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

const footer = {
  sv: { code: 'Kod', policy: 'Så behandlar vi dina uppgifter' },
  en: { code: 'Code', policy: 'How we treat your data' },
};

/** A notification as subject, text and HTML in its language. */
export const composeNotification = (
  name: NotificationName,
  notification: Notification,
  sender: Sender,
): { readonly subject: string; readonly text: string; readonly html: string } => {
  const words = notificationTexts[name](notification)[notification.language];
  return { subject: words.subject, ...rendered(words, notification.language, sender) };
};

/** As text and as HTML. The HTML is plain: no picture, no style sheet, nothing that is fetched or counts readers. */
const rendered = (
  words: NotificationText,
  language: Locale,
  { shop, email, publicUrl }: Sender,
): { readonly text: string; readonly html: string } => {
  const { paragraphs, quote, action, code, because } = words;
  const labels = footer[language];
  const link = action === undefined ? undefined : `${publicUrl}${action.path}`;
  const policy = `${publicUrl}/api/v1/policy.html?lang=${language}`;
  const text = [
    ...paragraphs,
    ...(quote === undefined ? [] : [quote]),
    ...(action === undefined ? [] : [`${action.label}:\n${link}`]),
    ...(code === undefined ? [] : [`${labels.code}: ${code}`]),
    `-- \n${shop}\n${email}\n${because}\n${labels.policy}: ${policy}`,
  ].join('\n\n');
  const html = [
    '<!doctype html>',
    `<html lang="${language}"><head><meta charset="utf-8"><title>${escaped(words.subject)}</title></head><body>`,
    ...paragraphs.map((paragraph) => `<p>${escaped(paragraph)}</p>`),
    ...(quote === undefined ? [] : [`<p>${escaped(quote).replace(/\r?\n/g, '<br>')}</p>`]),
    ...(action === undefined ? [] : [`<p><a href="${escaped(link!)}">${escaped(action.label)}</a></p>`]),
    ...(code === undefined ? [] : [`<p>${labels.code}: <code>${escaped(code)}</code></p>`]),
    `<hr><p>${[shop, email, because].map(escaped).join('<br>')}<br><a href="${escaped(policy)}">${labels.policy}</a></p>`,
    '</body></html>',
  ].join('\n');
  return { text, html };
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!);

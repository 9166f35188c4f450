import { markup, type Html } from '@dittoo/processor-register';
import { messages, type NotificationMessages } from '../messages/messages.js';
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
  /** Where the pages of links are: the shop's own address, or the storefront's. */
  readonly pagesUrl: string;
}

/** A notification as subject, text and HTML in its language. */
export const composeNotification = (
  name: NotificationName,
  notification: Notification,
  sender: Sender,
): { readonly subject: string; readonly text: string; readonly html: string } => {
  const inLanguage = messages(notification.language);
  const words = notificationTexts[name](inLanguage, notification);
  const { text, html } = rendered(words, inLanguage, { ...sender, language: notification.language });
  return { subject: words.subject, text, html: html.text };
};

/** As text and as HTML. The HTML is plain: no picture, no style sheet, nothing that is fetched or counts readers. */
const rendered = (
  { action, after = [], because, code, paragraphs, quote, subject }: NotificationText,
  texts: NotificationMessages,
  { email, language, pagesUrl, publicUrl, shop }: Sender & { readonly language: string },
): { readonly text: string; readonly html: Html } => {
  const link = action === undefined ? '' : `${pagesUrl}${action.path}`;
  const policy = `${publicUrl}/api/v1/policy.html?lang=${language}`;
  const [codeLabel, policyLabel] = [texts.format('footer.code'), texts.format('footer.policy')];
  const text = [
    ...paragraphs,
    ...(quote === undefined ? [] : [quote]),
    ...after,
    ...(action === undefined ? [] : [`${action.label}:\n${link}`]),
    ...(code === undefined ? [] : [`${codeLabel}:\n${code}`]),
    `-- \n${shop}\n${email}\n${because}\n${policyLabel}: ${policy}`,
  ].join('\n\n');
  const html = markup`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${subject}</title></head><body>
${[
  ...paragraphs.map((paragraph) => markup`<p>${paragraph}</p>\n`),
  ...(quote === undefined ? [] : [markup`<p>${withBreaks(quote.split(/\r?\n/))}</p>\n`]),
  ...after.map((paragraph) => markup`<p>${paragraph}</p>\n`),
  ...(action === undefined ? [] : [markup`<p><a href="${link}">${action.label}</a></p>\n`]),
  ...(code === undefined ? [] : [markup`<p>${codeLabel}: <code>${code}</code></p>\n`]),
]}<hr><p>${withBreaks([shop, email, because])}<br><a href="${policy}">${policyLabel}</a></p>
</body></html>`;
  return { text, html };
};

const withBreaks = (lines: readonly string[]): Html[] =>
  lines.map((line, index) => (index === 0 ? markup`${line}` : markup`<br>${line}`));

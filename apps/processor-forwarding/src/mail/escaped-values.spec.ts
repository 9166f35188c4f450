/*
 * Promised: whatever a person typed is shown in a notification as text. The HTML has the same tags for every value, and the
 * text says the value as it was typed.
 */
import { locales } from '@dittoo/contracts';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { notificationNames } from './notification-kinds.js';
import { composeNotification } from './notification.page.js';
import type { Notification } from './notification.js';

const sender = { shop: 'DITT:OO', email: 'dataskydd@example.org', publicUrl: 'https://shop.example.org', pagesUrl: 'https://shop.example.org' }; // prettier-ignore
const about = '11111111-1111-4111-8111-111111111111';
const withValue = (value: string): Omit<Notification, 'language'> => ({
  email: 'astrid@example.org',
  about,
  facts: {
    expiresAt: '2026-11-23T10:00:00.000Z',
    dueAt: '2026-12-22T23:00:00.000Z',
    liftsAt: '2026-12-01T10:00:00.000Z',
    erasesAt: '2026-12-24T10:00:00.000Z',
    outcome: 'done',
    amount: { amountMinor: 12_900, currency: 'SEK' },
  },
  opened: { token: value, code: value, reason: value, body: value },
  order: {
    givenName: value,
    placed: {
      lines: [{ sku: 'tea-1', name: value, quantity: 2, unitPriceMinor: 12990, taxRate: 0.12 }],
      total: { amountMinor: 25980, currency: 'SEK' },
      paymentMethod: 'paysonInvoice',
      personnummerGround: null,
      locale: 'sv',
    },
  },
  caseSubject: value,
  unsubscribeToken: value,
  byEmailOnly: false,
  request: {
    kind: 'erasure',
    dueAt: '2026-12-22T22:59:59.000Z',
    method: 'confirmedEmail',
    blockers: ['openOrder', 'legalHold'],
    approvedBy: 'rule',
    partlyRefused: false,
    outcome: 'partlyDone',
    retained: [{ label: 'Bokföringsuppgifter', reason: 'bookkeeping', until: '2033-12-31' }],
    confirmed: ['Google'],
    unconfirmed: ['Payson'],
    copyExpiresAt: null,
    keysDestroyed: true,
  },
  certificateToken: value,
  copyToken: value,
  openedBy: '22222222-2222-4222-8222-222222222222',
  digest: '0'.repeat(64),
});

/** The tags of a page without what links lead to. */
const tagsOf = (html: string): string[] =>
  [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/ href="[^"<>]*"/, ' href'));
const hostile = fc.constantFrom('<script>', '</p>', '"><img src=x onerror=y>', "' onclick='", '&lt;', '{name}', "'{'", '{', '#'); // prettier-ignore
/** Line breaks are kept as `<br>` in what is quoted, and lone surrogates cannot be in a link. */
const typed = fc.oneof(hostile, fc.string({ unit: 'grapheme' }), fc.tuple(hostile, fc.string(), hostile).map((parts) => parts.join(''))).filter((value) => !/[\r\n]/.test(value)); // prettier-ignore

it.each(locales)('in %s no value becomes a tag, an attribute or a placeholder', (language) => {
  const harmless = new Map(
    notificationNames.map((name) => [name, composeNotification(name, { ...withValue('harmless'), language }, sender)]),
  );
  fc.assert(
    fc.property(fc.constantFrom(...notificationNames), typed, (name, value) => {
      const { html, subject, text } = composeNotification(name, { ...withValue(value), language }, sender);
      const expected = harmless.get(name)!;
      expect(tagsOf(html)).toEqual(tagsOf(expected.html));
      const said = (composed: string): string => composed.split('harmless').join(value);
      expect(subject).toBe(said(expected.subject));
      const withoutLinks = (composed: string): string => composed.replace(/[#?&]token=[^\s&]*/g, '');
      expect(withoutLinks(text)).toBe(said(withoutLinks(expected.text)));
    }),
    { numRuns: 500 },
  );
});

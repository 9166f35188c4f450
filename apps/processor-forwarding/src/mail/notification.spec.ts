/*
 * Promised: every notification stays within what the register grants the mail provider, exists in both languages, loads
 * nothing from elsewhere, and shows entered text as text.
 */
import { locales, schemaMap } from '@dittoo/contracts';
import type { SchemaMap } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { judge } from '../gate/gate.js';
import type { Standing } from '../gate/standing.js';
import {
  notificationKinds,
  notificationNames,
  notificationsAbout,
  type NotificationKind,
} from './notification-kinds.js';
import { composeNotification } from './notification.page.js';
import type { Notification } from './notification.js';

const register = loadRegister();
const sender = { shop: 'DITT:OO', email: 'dataskydd@example.org', publicUrl: 'https://shop.example.org', pagesUrl: 'https://shop.example.org' }; // prettier-ignore
const given = { newsletter: { recordId: 'r-1', revision: '0', since: '2026-11-01T10:00:00.000Z' } };
const hostile = '<img src="https://eve.example.org/p.gif"> & "quoted"';
const notification: Notification = {
  email: 'astrid@example.org',
  language: 'sv',
  about: '11111111-1111-4111-8111-111111111111',
  facts: {
    expiresAt: '2026-11-23T10:00:00.000Z',
    dueAt: '2026-12-22T23:00:00.000Z',
    liftsAt: '2026-12-01T10:00:00.000Z',
    erasesAt: '2026-12-24T10:00:00.000Z',
    outcome: 'done',
    amount: { amountMinor: 12_900, currency: 'SEK' },
  },
  opened: { token: 'T0ken/+=', code: '012345', reason: hostile, body: `${hostile}\nsecond line` },
  order: {
    givenName: hostile,
    placed: {
      lines: [{ sku: 'tea-1', name: 'Tea', quantity: 2, unitPriceMinor: 12990, taxRate: 0.12 }],
      total: { amountMinor: 25980, currency: 'SEK' },
      paymentMethod: 'paysonInvoice',
      personnummerGround: null,
      locale: 'sv',
    },
  },
  caseSubject: hostile,
  unsubscribeToken: 'unsubscribe-token',
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
  certificateToken: 'certificate-token',
  copyToken: null,
  openedBy: '22222222-2222-4222-8222-222222222222',
  digest: '0'.repeat(64),
};

describe.each(notificationNames)('the notification %s', (name) => {
  const kind: NotificationKind = notificationKinds[name];
  const { purpose, fields } = kind;

  it('contains no field that the register does not grant', () => {
    const standing: Standing = { erased: false, restricted: false, objected: [], consents: given, softOptIn: { status: 'none' } }; // prettier-ignore
    const asked = { processorId: 'oneMail', intent: 'sendMail', purposes: [{ purpose, fields }] } as const;
    expect(judge(register, asked, standing, '2026-11-22T10:00:00.000Z')).toMatchObject({ allowed: true });
  });

  it('opens personal fields that its event has, and no other', () => {
    const { fields: contract } = (schemaMap as SchemaMap)[kind.event]!;
    for (const field of kind.opens) expect(contract[field]).toMatchObject({ kind: 'personal' });
    expect(notificationsAbout(kind.event)).toContain(name);
  });

  it.each(locales)('is complete in %s, as text and as HTML that loads nothing', (language) => {
    const { subject, text, html } = composeNotification(name, { ...notification, language }, sender);
    expect(subject).not.toMatch(/undefined|null/);
    expect(`${text}${html}`).not.toMatch(/undefined|\[object|NaN|Invalid Date/);
    expect(text).toContain(language === 'sv' ? 'Så behandlar vi dina uppgifter' : 'How we treat your data');
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/<(img|script|link|style|iframe|object|form|input)\b|<[^>]*\s(src|style|on\w+)=/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, to]) => to!.startsWith(sender.publicUrl))).toBe(true);
  });

  it('carries its token in the query of a link, and a code alone on a line', () => {
    const { text, html } = composeNotification(name, notification, sender);
    if (kind.opens.includes('token')) expect(text).toMatch(/^https:\S+\/p\/\w+\?\S*token=T0ken%2F%2B%3D$/m);
    else expect(`${text}${html}`).not.toContain('T0ken');
    expect(/^012345$/m.test(text)).toBe(kind.opens.includes('code'));
  });

  it('leads to the pages of the storefront where it has them', () => {
    const { html } = composeNotification(name, notification, { ...sender, pagesUrl: 'https://www.example.org/shop' });
    for (const [, to] of html.matchAll(/href="([^"]*)"/g))
      expect(to).toMatch(/^https:\/\/(shop\.example\.org\/api\/v1\/policy|www\.example\.org\/shop\/p\/)/);
  });
});

it('the text differs between the languages', () => {
  for (const name of notificationNames) {
    const [sv, en] = (['sv', 'en'] as const).map((language) =>
      composeNotification(name, { ...notification, language }, sender),
    );
    expect(sv!.text).not.toBe(en!.text);
  }
});

/*
 * Promised: every page that a link leads to exists in both languages, works without script, loads nothing, shows what a
 * link carried as text, and by its policy can do no more than post its form to this host.
 */
import { createHash } from 'node:crypto';
import { locales, type Locale } from '@dittoo/contracts';
import { describe, expect, it } from '@jest/globals';
import { landingPage, landingPolicy } from './landing.page.js';
import { landings, refusal, type Ask, type Fields, type LandingKind } from './landings.js';

const hostile = '"><script>alert(1)</script>&';
const kinds = Object.entries<LandingKind>(landings).filter(([name]) => name !== 'certificate');
const opened = (kind: LandingKind, language: Locale, carried: Fields): string => {
  const page = kind.opened(language, carried);
  if ('handOver' in page) throw new Error('opening this page asks nothing');
  return landingPage(page);
};
const nobodyAnswers: Ask = () => Promise.reject(new Error('opening a page asks nothing'));

describe.each(kinds)('the page %s', (name, kind) => {
  it.each(locales)('is whole in %s, without script, and loads nothing', (language) => {
    for (const carried of [{}, { token: hostile, request: hostile, lang: language }]) {
      const page = opened(kind, language, carried);
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain('width=device-width');
      expect(page).not.toMatch(/<(script|img|link|iframe|object)\b|\son\w+=|undefined|javascript:/i);
      expect(page.match(/(?<=(href|src|action)=")[^"]*/g)!.every((to) => /^(\.\.\/api\/v1\/policy\.html|[\w-]+$)/.test(to))).toBe(true); // prettier-ignore
      const style = /<style>([\s\S]*)<\/style>/.exec(page)![1]!;
      const hash = createHash('sha256').update(style).digest('base64');
      expect(landingPolicy(page)).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
    }
  });

  it('spends by its button alone', async () => {
    const page = opened(kind, 'sv', { token: 't0ken', request: 'a-request' });
    if (kind.posted === null) return expect(page).not.toContain('<form');
    expect(page).toMatch(new RegExp(`<form method="post" action="${name}">[\\s\\S]*<button type="submit">`));
    await expect(kind.posted('sv', { token: 't0ken' }, nobodyAnswers).then(
      (outcome) => ('handOver' in outcome ? Promise.reject(new Error('opening a page asks nothing')) : outcome),
    )).rejects.toThrow('asks nothing'); // prettier-ignore
  });
});

it('says what a refusal means, and shows no code', () => {
  const titles = [400, 401, 404, 409, 410, 429, 503, 504].map((status) => refusal('en', status).title);
  expect(titles).toEqual([
    'The link is not valid any more',
    'That sign-in did not work',
    'The link is not valid any more',
    'The link is not valid any more',
    'The link is not valid any more',
    'Too many tries',
    'That does not work right now',
    'That does not work right now',
  ]);
});

it('asks the API with what was typed and nothing else', async () => {
  const asked: unknown[] = [];
  const ask: Ask = async (call) => {
    asked.push(call);
    return { status: 200, body: { accessToken: 'a', dueAt: '2027-01-01T00:00:00Z' } };
  };
  await landings.email.posted!('sv', { lang: 'sv', email: 'a@example.org', code: '012345' }, ask);
  await landings['sign-in'].posted!('sv', { email: 'a@example.org', password: 'p', more: 'x' }, ask);
  const copy = await landings.copy.posted!('sv', { request: 'r/1', email: 'a@example.org', password: 'p' }, ask);
  expect(asked).toEqual([
    { method: 'POST', path: '/api/v1/email-confirmations', body: { email: 'a@example.org', code: '012345' } },
    { method: 'POST', path: '/api/v1/sessions', body: { email: 'a@example.org', password: 'p' } },
    { method: 'DELETE', path: '/api/v1/sessions/current', bearer: 'a' },
    { method: 'POST', path: '/api/v1/sessions', body: { email: 'a@example.org', password: 'p' } },
  ]);
  expect(copy).toEqual({
    handOver: { method: 'GET', path: '/api/v1/me/requests/r%2F1/export?format=html', bearer: 'a' },
  });
});

it('shows the certificate as the API has it in words, read any number of times', () =>
  expect(landings.certificate.opened('en', { request: 'r/1', token: 'a&b' })).toEqual({
    handOver: {
      method: 'GET',
      path: '/api/v1/me/requests/r%2F1/certificate?token=a%26b&format=html&lang=en',
    },
  }));

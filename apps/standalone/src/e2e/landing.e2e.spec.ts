/*
 * Promised: what is mailed has a place to land. Every link answers with a page of the shop's own; opening it, by GET, by
 * HEAD or by a scanner, spends nothing, and its button does what the mail says, once.
 */
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { canaryPerson, ShopClient, type Mail } from './shop-client.js';
import { ShopProcess } from './shop-process.js';

let process: ShopProcess;
let shop: ShopClient;
let noticeVersion: string;
beforeAll(async () => {
  process = await ShopProcess.start();
  shop = new ShopClient(process.url, () => process.log);
  noticeVersion = await shop.noticeVersion();
}, 60_000);
afterAll(() => process.remove(), 60_000);

const linkIn = ({ text }: Mail): string => /^https?:\S+\/p\/\S+$/m.exec(text)![0];
const mailTo = (email: string, subject: RegExp): Promise<Mail> =>
  until(async () => (await shop.mailsTo(email)).find((mail) => subject.test(mail.subject)), 30_000);

/** Opens a link as mail programs, scanners and people do. @returns the page a person sees */
const opened = async (link: string): Promise<string> => {
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) {
    const answer = await fetch(link, { method });
    expect([method, answer.status]).toEqual([method, 200]);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    await answer.arrayBuffer();
  }
  return (await fetch(link)).text();
};

/** Presses the button of a page, as a browser without script does. */
const pressed = async (link: string, page: string, typed: Record<string, string> = {}) => {
  const [, action = ''] = /<form method="post" action="([^"]*)">/.exec(page) ?? [];
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const fields = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...typed };
  const answer = await fetch(new URL(action, link), { method: 'POST', body: new URLSearchParams(fields) });
  return { status: answer.status, page: await answer.text() };
};

describe('the link that confirms an address', () => {
  const body = (name: string) => ({
    ...{ email: `${name}@example.org`, password: `a long one of ${name}` },
    ...{ givenName: 'Lena', familyName: 'Landing', noticeVersion, locale: 'sv' },
  });
  const signIn = async ({ email, password }: ReturnType<typeof body>) =>
    (await shop.call('POST', '/sessions', { body: { email, password } })).status;

  it('confirms by its button, once', async () => {
    const person = body('lena.landing');
    await shop.ok('POST', '/customers', { body: person });
    const link = linkIn(await mailTo(person.email, /Bekräfta din e-postadress/));
    const page = await opened(link);
    expect(page).toContain('Bekräfta din e-postadress');
    expect(await signIn(person)).toBe(401);
    expect((await pressed(link, page)).page).toContain('Adressen är bekräftad');
    expect(await signIn(person)).toBe(201);
    const again = await pressed(link, page);
    expect([again.status, again.page.includes('Länken gäller inte längre')]).toEqual([400, true]);
  });

  it('has a form for the code, for people who read mail elsewhere', async () => {
    const person = { ...body('linus.landing'), locale: 'en' };
    await shop.ok('POST', '/customers', { body: person });
    const mail = await mailTo(person.email, /Confirm your e-mail address/);
    const [, code = ''] = /^(\d{6})$/m.exec(mail.text) ?? [];
    const address = `${process.url}/p/email?lang=en`;
    const page = await opened(address);
    expect((await pressed(address, page, { email: person.email, code: 'wrong' })).status).toBe(400);
    const done = await pressed(address, page, { email: person.email, code });
    expect(done.page).toContain('The address is confirmed');
    expect(await signIn(person)).toBe(201);
  });
});

it('the newsletter is confirmed and ended by buttons', async () => {
  const email = 'lisa.landing@example.org';
  await shop.ok('POST', '/newsletter/subscriptions', { body: { email, noticeVersion, locale: 'sv' } });
  const question = linkIn(await mailTo(email, /nyhetsbrev\?/));
  const page = await opened(question);
  expect((await pressed(question, page)).page).toContain('Du får nu vårt nyhetsbrev');
  const end = linkIn(await mailTo(email, /Du får nu/));
  expect((await pressed(end, await opened(end))).page).toContain('Nyhetsbrevet är avslutat');
});

it('a request by e-mail is confirmed by a button, and the copy survives every scanner until its button', async () => {
  const email = 'lars.landing@example.org';
  await shop.ok('POST', '/support-cases', { body: { email, subject: 'Rubrik', body: 'Fraga om landning' } });
  await shop.ok('POST', '/privacy-requests', { body: { email, kind: 'access' } });
  const question = linkIn(await mailTo(email, /Bekräfta din begäran/));
  const asked = await pressed(question, await opened(question));
  expect(asked.page).toMatch(/Din begäran är bekräftad[\s\S]*senast \d+ \w+ 20\d\d/);
  const mail = await until(
    async () => (await shop.mailsTo(email)).find(({ text }) => text.includes('/p/copy?')),
    30_000,
  );
  const link = linkIn(mail);
  const page = await opened(link);
  const copy = await pressed(link, page);
  expect([copy.status, copy.page.includes('Fraga om landning')]).toEqual([200, true]);
  const again = await pressed(link, page);
  expect([again.status, again.page.includes('Länken gäller inte längre')]).toEqual([410, true]);
}, 60_000);

it('a customer fetches the copy by HEAD never and by their password once', async () => {
  const person = { ...canaryPerson('Landing'), email: 'lotta.landing@example.org' };
  await shop.register(person);
  const token = await shop.signIn(person);
  const { requestId } = await shop.ok('POST', '/me/requests', { token, body: { kind: 'access' } });
  const mail = await until(
    async () => (await shop.mailsTo(person.email)).find(({ text }) => text.includes('/p/copy?')),
    30_000,
  );
  const path = `${process.url}/api/v1/me/requests/${requestId}/export`;
  for (let times = 0; times < 3; times++) {
    expect((await fetch(path, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect((await fetch(path)).status).toBe(401); // a scanner
  }
  const link = linkIn(mail);
  const page = await opened(link);
  const { email, password } = person;
  expect((await pressed(link, page, { email, password: 'wrong' })).status).toBe(401);
  const copy = await pressed(link, page, { email, password });
  expect([copy.status, copy.page.includes(person.familyName)]).toEqual([200, true]);
  expect((await pressed(link, page, { email, password })).status).toBe(410);
}, 60_000);

it('an erased person reads the certificate in words from the mail, as often as they like', async () => {
  const email = 'lage.landing@example.org';
  await shop.ok('POST', '/support-cases', { body: { email, subject: 'Rubrik', body: 'Fraga att ta bort' } });
  await shop.ok('POST', '/privacy-requests', { body: { email, kind: 'erasure' } });
  const question = await until(
    async () => (await shop.mailsTo(email)).find(({ text }) => text.includes('/p/request?')),
    30_000,
  );
  const link = linkIn(question);
  expect((await pressed(link, await opened(link))).status).toBe(200);
  const answer = await until(
    async () => (await shop.mailsTo(email)).find(({ text }) => text.includes('/p/certificate?')),
    30_000,
  );
  for (const method of ['HEAD', 'GET', 'GET']) {
    const page = await fetch(linkIn(answer), { method });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    await page.arrayBuffer();
  }
  expect((await fetch(linkIn(answer).replace(/token=[^&]*/, 'token=wrong'))).status).toBe(404);
}, 90_000);

it('signing in on the page keeps an account, and every return from a payment page has a page', async () => {
  const person = { ...canaryPerson('Landed'), email: 'lova.landing@example.org' };
  await shop.register(person);
  const address = `${process.url}/p/sign-in?lang=sv`;
  const { email, password } = person;
  expect((await pressed(address, await opened(address), { email, password })).page).toContain('Kontot finns kvar');
  expect(await opened(`${process.url}/p/order?order=x&checkout=1`)).toContain('Tack för din beställning');
});

it('every link in every mail that was sent here answers with a page', async () => {
  const [, sandbox] = /^stand-ins (\S+)$/m.exec(process.log)!;
  const { items } = (await (await fetch(`${sandbox}/oneMail/requests`)).json()) as { items: { body: Mail }[] };
  const links = new Set(items.flatMap(({ body }) => body.text.match(/https?:\/\/\S+/g) ?? []));
  expect(links.size).toBeGreaterThan(6);
  for (const link of links) {
    const answer = await fetch(link);
    expect([link, answer.status, answer.headers.get('content-type')]).toEqual([link, 200, 'text/html; charset=utf-8']);
  }
});

/**
 * `npm run demo`: one customer's life at the shop, played through the public HTTP API of a running `npm start`, told
 * step by step. Nothing here is canned: every line printed is read from an answer.
 *
 * When the shop is killed and started again meanwhile, the demo waits and goes on: every command carries an
 * Idempotency-Key, so a repeated one is the same one.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const usage = `npm run demo [-- --url http://127.0.0.1:8080]

Plays a customer of the shop started by \`npm start\`, and the officer who looks afterwards.

  --url URL       where the shop is (default: PUBLIC_URL, else http://HOST:PORT as npm start takes them)
  --pause MS      wait between the steps, for showing it to somebody (default 0)
  OFFICER_EMAIL, OFFICER_PASSWORD   the officer's login; default: the one npm start made in DATA_DIR`;

const option = (name) => {
  const place = process.argv.indexOf(name);
  return place === -1 ? undefined : process.argv[place + 1];
};
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}

/** `0.0.0.0` and `::` are where a shop listens, not where it is reached. */
const reachable = (host) => {
  if (['', '0.0.0.0', '::'].includes(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};
const shopUrl = () => {
  const { PUBLIC_URL, HOST = '', PORT = '8080' } = process.env;
  const given = option('--url') ?? (PUBLIC_URL || `http://${reachable(HOST)}:${PORT || 8080}`);
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) && new URL(given).port !== '0') {
    return given.replace(/\/+$/, '');
  }
  console.error(`The demo cannot tell where the shop is from "${given}": say it by --url http://127.0.0.1:8080`);
  process.exit(2);
};
const shop = shopUrl();
const pauseMs = Number(option('--pause') ?? 0);
const patienceMs = 90_000;

const colour = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
let steps = 0;
const step = async (title) => {
  if (steps > 0 && pauseMs > 0) await sleep(pauseMs);
  console.log(`\n${paint('1', `${++steps}. ${title}`)}`);
};
const say = (text) => console.log(`   ${text}`);
const list = (names) => (names.length === 0 ? 'nothing' : names.join(', '));

class DemoFailed extends Error {}
const expect = (truth, otherwise) => {
  if (!truth) throw new DemoFailed(otherwise);
};

/** The shop is away, not wrong: a connection that fails, or 503. */
const isAway = (error) => error instanceof TypeError || error.name === 'TimeoutError';

/** Calls the API; waits for a shop that is being restarted; throws what it refuses. */
const call = async (method, path, { token, body, headers = {}, key = randomUUID(), accept = [] } = {}) => {
  const url = path.startsWith('http') ? path : `${shop}${path}`;
  let toldToWait = false;
  for (const end = Date.now() + patienceMs; ; await sleep(500)) {
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (response.status === 503 && Date.now() < end) continue;
      const answer = text === '' ? undefined : parsed(text);
      if (response.ok || accept.includes(response.status)) return { status: response.status, answer, response };
      throw new DemoFailed(
        `${method} ${path} was refused: ${response.status} ${answer?.code ?? ''} ${answer?.detail ?? ''}`,
      );
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() > end) throw new DemoFailed(`the shop at ${shop} does not answer: is \`npm start\` running?`);
      if (!toldToWait && steps > 0) say(paint('33', '(the shop does not answer; waiting for it to come back)'));
      if (!toldToWait && steps === 0) say(`waiting for the shop at ${shop} …`);
      toldToWait = true;
    }
  }
};
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const api = (method, path, options) => call(method, `/api/v1${path}`, options);

/** Asks until the answer is there. */
const until = async (what, probe) => {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(150)) {
    const found = await probe();
    if (found) return found;
  }
  throw new DemoFailed(`waited ${patienceMs / 1000} s in vain: ${what}`);
};

const officerLogin = () => {
  const { OFFICER_EMAIL: email, OFFICER_PASSWORD: password, DATA_DIR = './.data' } = process.env;
  if (email && password) return { email, password };
  const file = join(DATA_DIR, 'first-officer.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  throw new DemoFailed(
    `there is no ${file}: is \`npm start\` running with the same DATA_DIR? With officers of your own, give their ` +
      'OFFICER_EMAIL and OFFICER_PASSWORD here too',
  );
};

const signIn = async (login) => (await api('POST', '/sessions', { body: login })).answer.accessToken;

const kronor = ({ amountMinor }) => `${(amountMinor / 100).toFixed(2).replace('.', ',')} kr`;

const play = async () => {
  const customer = {
    email: `anna.lindqvist.${Date.now().toString(36)}@example.org`,
    password: `sommar-${randomUUID()}`,
  };
  // The example of a samordningsnummer that the tax agency publishes: nobody's.
  const number = '701063-2391';
  const officer = officerLogin();

  console.log(paint('1', 'A customer of DITT:OO, from registration to being forgotten'));
  const { answer: policy } = await api('GET', '/policy?lang=en');
  const { noticeVersion } = policy;
  say(`The policy in force is version ${noticeVersion}. Everything below is what it says, done.`);

  await step('Anna registers. She leaves every optional box unticked.');
  const registration = {
    ...customer,
    givenName: 'Anna',
    familyName: 'Lindqvist',
    phone: '+46700000001',
    address: { street: 'Storgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' },
    personnummer: { number, ground: 'secureIdentification' },
    locale: 'sv',
    noticeVersion,
    consents: ['newsletter', 'marketing', 'adMeasurement', 'personnummer'].map((purpose) => ({
      purpose,
      given: false,
    })),
  };
  const { customerId } = (await api('POST', '/customers', { body: registration })).answer;
  say(`She is customer ${customerId}. Registering did not need a single consent.`);

  await step('She signs in.');
  let token = await signIn(customer);
  const { answer: me } = await api('GET', '/me', { token });
  const { answer: masked } = await api('GET', '/me/personnummer', { token });
  say(
    `My account shows: ${me.givenName} ${me.familyName}, ${me.address.street}, ${me.address.postalCode} ${me.address.city}.`,
  );
  say(`Her personnummer is shown masked: ${masked.number}.`);

  await step('She says yes to the newsletter.');
  const given = (await api('PUT', '/me/consents/newsletter', { token, body: { given: true, noticeVersion } })).answer;
  say(`Recorded: newsletter ${given.status}, consent record ${given.recordId}, on policy ${given.noticeVersion}.`);

  await step('She orders, to pay by invoice.');
  const { answer: products } = await api('GET', '/products');
  const chosen = products.items.slice(0, 2);
  const order = await orderAndPay(token, chosen);

  await step('The shop ships.');
  let officerToken = await signIn(officer);
  await api('POST', `/orders/${order.orderId}/shipment`, { token: officerToken });
  const shipped = await until('the order is shipped', async () => {
    const { answer } = await api('GET', `/orders/${order.orderId}`, { token });
    return answer.status === 'shipped' && answer;
  });
  say(`The order is ${shipped.status}; the invoice is captured at the payment service.`);

  await step('Somebody types her address into the registration form. The answer says nothing; she is told by mail.');
  const again = await api('POST', '/customers', { body: { ...registration, personnummer: undefined } });
  say(`Answered ${again.status}, as every registration is.`);
  const letters = await until('the letter arrives', async () => {
    const subjects = await lettersTo(order.standIns, customer.email);
    return subjects === null || subjects.includes('Du har redan ett konto') ? (subjects ?? ['(restarted)']) : false;
  });
  say(`The mail provider sent her: ${letters.map((subject) => `"${subject}"`).join(', ')}.`);

  await step('She moves, and changes her address in My account.');
  token = await signIn(customer);
  const address = { street: 'Lillgatan 2', postalCode: '41101', city: 'Göteborg', country: 'SE' };
  const { answer: moved } = await api('PATCH', '/me', { token, body: { address } });
  const { answer: delivered } = await api('GET', `/orders/${order.orderId}`, { token });
  expect(delivered.deliveryAddress.street === registration.address.street, 'the order forgot where it went');
  say(
    `My account now says ${moved.address.street}, ${moved.address.city}. The order still says ${delivered.deliveryAddress.street}: where it went, it went.`,
  );

  await step('She withdraws the newsletter consent: the same call, the other answer.');
  const withdrawn = (await api('PUT', '/me/consents/newsletter', { token, body: { given: false, noticeVersion } }))
    .answer;
  expect(withdrawn.status === 'withdrawn', `the newsletter is ${withdrawn.status}`);
  say(`Recorded: newsletter ${withdrawn.status}.`);

  await step('The compliance officer replays her history, and says why.');
  officerToken = await signIn(officer);
  const looking = { token: officerToken, headers: { 'audit-purpose': 'Demonstration of the audit trail' } };
  const subjects = (await api('GET', `/audit/subjects?customerId=${customerId}`, looking)).answer.items;
  expect(subjects.length === 1, 'the officer does not find her');
  const before = await replay(customerId, looking, 'ConsentWithdrawn');
  for (const event of before) say(historyLine(event));
  const { items: disclosures } = (await api('GET', `/audit/subjects/${customerId}/disclosures`, looking)).answer;
  say('');
  for (const { processorName, fields, purpose, legalBasis, outcome } of disclosures) {
    say(`${processorName} received ${list(fields)} - for ${purpose}, basis: ${legalBasis} (${outcome}).`);
  }
  expect(disclosures.length > 0, 'no disclosure is on record');

  await step('Anna asks to be forgotten. She gives her password once more, since this cannot be undone.');
  token = await signIn(customer);
  const fresh = (await api('POST', '/sessions/reauthentication', { token, body: { password: customer.password } }))
    .answer;
  const request = (await api('POST', '/me/requests', { token: fresh.accessToken, body: { kind: 'erasure' } })).answer;
  say(`Received as request ${request.requestId}, to be answered by ${request.dueAt.slice(0, 10)}.`);
  await until('the erasure is answered', async () => {
    const { answer } = await api('GET', `/me/requests/${request.requestId}`, { token: fresh.accessToken });
    return answer.state === 'answered';
  });
  const answered = await replay(customerId, looking, 'ErasureVerified');
  // Her correction was told to the recipients too, as a request of its own.
  const erasure = `rightsRequest-${request.requestId}`;
  for (const { fields } of answered.filter(({ stream, type }) => stream === erasure && type === 'RecipientAnswered')) {
    say(`${fields.processorId}: ${fields.state} (${fields.reason})`);
  }

  await step('The officer replays the same history.');
  let erasedFields = 0;
  for (const event of answered) {
    if (event.retained)
      say(
        `${historyLine(event)} ${paint('36', `[${event.retained.category} retained: ${event.retained.reason}, until ${event.retained.until}]`)}`,
      );
    else say(historyLine(event));
    erasedFields += Object.values(event.fields).filter((value) => value?.erased === true).length;
  }
  const registered = answered.find(({ type }) => type === 'CustomerRegistered');
  expect(registered.fields.givenName.erased === true, 'her name can still be read');
  expect(registered.fields.email.erased === true, 'her e-mail can still be read');
  const placed = answered.find(({ type }) => type === 'OrderPlaced');
  expect(placed.retained !== undefined, 'nothing is marked as retained for the books');
  say('');
  say(`${erasedFields} fields are gone for good. What bookkeeping must keep is marked, with its reason and its end.`);
  const signInAgain = await api('POST', '/sessions', { body: customer, accept: [401] });
  expect(signInAgain.status === 401, 'she can still sign in');
  say('Her login does not exist any more.');

  await step('And the trail still verifies.');
  const lastShown = Math.max(...answered.map(({ position }) => Number(position)));
  const verification = await until('the seal covers what was shown', async () => {
    const { answer } = await api('POST', '/audit/verifications', { token: await signIn(officer) });
    expect(answer.verdict === 'ok', `the verdict is ${answer.verdict}: ${JSON.stringify(answer.problems)}`);
    return answer.treeSize > lastShown && answer;
  });
  say(
    `Verdict: ${verification.verdict}. ${verification.events} events, the first ${verification.treeSize} under the signed root ${verification.rootHash}.`,
  );
  console.log(`\n${paint('32', `The demo is done: ${steps} steps, all as the policy says.`)}`);
};

/** What the policy lets Payson have (name, personnummer, phone, e-mail, address), by Payson's own names. */
const paysonNames = [
  'firstName',
  'lastName',
  'identityNumber',
  'phone',
  'email',
  'street',
  'postalCode',
  'city',
  'countryCode',
];

/** An order until it is paid. The stand-in remembers nothing over a restart: then she orders again. */
const orderAndPay = async (token, chosen) => {
  for (let tries = 1; ; tries++) {
    const placed = (
      await api('POST', '/orders', {
        token,
        body: {
          lines: chosen.map(({ sku }, index) => ({ sku, quantity: index + 1 })),
          payment: { method: 'paysonInvoice' },
          personnummerGround: 'secureIdentification',
        },
      })
    ).answer;
    say(
      `Order ${placed.orderId} is ${placed.status}: ${chosen.map(({ name }, index) => `${index + 1} x ${name}`).join(', ')}.`,
    );
    const open = await until('the payment is opened', async () => {
      const { answer } = await api('GET', `/orders/${placed.orderId}`, { token });
      expect(answer.status !== 'paymentDenied', 'the payment was refused');
      return answer.payment.action && answer;
    });
    say(`To pay: ${kronor(open.total)}, on the payment service's own page.`);

    try {
      await step(
        tries === 1
          ? 'What did the payment service receive, over its own protocol?'
          : 'Once more: what did the payment service receive?',
      );
      const page = new URL(open.payment.action.url);
      const received = await fetchOnce(new URL('/sandbox/payson/requests', page));
      const creation = received.findLast(
        ({ method, path, body }) =>
          method === 'POST' && path.endsWith('/Checkouts') && body?.merchant?.reference === placed.orderId,
      );
      expect(creation, 'the stand-in has not seen the order');
      const names = Object.keys(creation.body.customer).filter((name) => name !== 'type');
      const strangers = names.filter((name) => !paysonNames.includes(name));
      const missing = paysonNames.filter((name) => !names.includes(name));
      expect(strangers.length === 0, `the payment service received ${list(strangers)}`);
      expect(missing.length === 0, `the payment service did not receive ${list(missing)}`);
      say(`About her: ${list(names)}. Exactly what the policy allows for an invoice, and nothing else.`);
      await step('She approves the invoice on the payment page.');
      await fetchOnce(page, { decision: 'approve' });
    } catch (error) {
      if (!isAway(error) || tries === 3) throw error;
      say(paint('33', '(the stand-in was restarted and remembers nothing; she orders again)'));
      await api('GET', '/policy');
      continue;
    }
    return until('the order is paid', async () => {
      const { answer } = await api('GET', `/orders/${placed.orderId}`, { token });
      if (answer.status !== 'paid') return false;
      say(`The payment service says approved, the shop read it back: the order is ${answer.status}.`);
      return { ...answer, standIns: new URL('/sandbox/', open.payment.action.url) };
    });
  }
};

/** Letters to an address at the mail provider's stand-in, by their subjects; it remembers nothing over a restart. */
const lettersTo = async (standIns, email) => {
  try {
    const mails = await fetchOnce(new URL('oneMail/requests', standIns));
    return mails.filter(({ body }) => body.envelope.to.includes(email)).map(({ body }) => body.subject);
  } catch (error) {
    if (!isAway(error)) throw error;
    return null;
  }
};

/** The stand-in's own pages: no waiting, a restart is told by the failure. */
const fetchOnce = async (url, body) => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new TypeError(`the stand-in answered ${response.status}`);
  const answer = parsed(await response.text());
  return answer?.items ?? answer;
};

/** Her whole history; with `last`, once an event of that type is in it. */
const replay = (customerId, looking, last) =>
  until('the history is there', async () => {
    const { items } = (await api('GET', `/audit/subjects/${customerId}/events`, looking)).answer;
    return (last === undefined || items.some(({ type }) => type === last)) && items;
  });

const historyLine = ({ position, recordedAt, type, actor, fields }) => {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== null && !Array.isArray(value))
    .map(([name, value]) =>
      value?.erased === true
        ? `${name}: ${paint('31', 'erased')}`
        : typeof value === 'object'
          ? name
          : `${name}: ${short(value)}`,
    );
  return `#${String(position).padStart(3)} ${recordedAt.slice(0, 19).replace('T', ' ')}  ${type.padEnd(24)} by ${actor.kind.padEnd(11)} ${shown.slice(0, 4).join(', ')}`;
};
const short = (value) => (String(value).length > 28 ? `${String(value).slice(0, 27)}…` : String(value));

play().catch((error) => {
  if (!(error instanceof DemoFailed)) console.error(error);
  console.error(`\n${paint('31', 'The demo stopped:')} ${error.message}`);
  process.exit(1);
});

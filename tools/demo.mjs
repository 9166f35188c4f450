/**
 * `npm run demo`: one customer's life at the shop, played through the public HTTP API of a running `npm start`, told
 * step by step. Nothing here is canned: every line printed is read from an answer.
 */
import { randomUUID } from 'node:crypto';

const usage = `npm run demo [-- --url http://127.0.0.1:8080]

Plays a customer of the shop started by \`npm start\`, and the compliance officer who reads the history afterwards.

  --url URL       where the shop is (default: PUBLIC_URL, else http://HOST:PORT as npm start takes them)
  --pause MS      wait between the steps, to show it to an audience (default 0)
  OFFICER_EMAIL, OFFICER_PASSWORD   the officer's login; default: the one npm start made in DATA_DIR`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}

// After the usage, since `shop.mjs` refuses an address that it cannot use.
const { historyLine, replay } = await import('./demo/history.mjs');
const { list, paint, say, step, stepCount } = await import('./demo/narration.mjs');
const { mailedToken, mailsTo, orderAndPay } = await import('./demo/order.mjs');
const { api, DemoFailed, expect, officerLogin, signIn, until } = await import('./demo/shop.mjs');

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
  say(`Received as ${customerId}. Registering did not need a single consent.`);

  await step('Anybody can type an address, so she cannot sign in before she confirms hers.');
  const early = await api('POST', '/sessions', { body: customer, accept: [401] });
  expect(early.status === 401, 'she can sign in with an address that nobody confirmed');
  await api('POST', '/email-confirmations', { body: { token: await mailedToken(customer.email) } });
  say('She followed the link in the mail: the address counts, and she is a customer.');

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

  await step('Another person registers with her address. The answer reveals nothing; she is told by mail.');
  const again = await api('POST', '/customers', { body: { ...registration, personnummer: undefined } });
  say(`Answered ${again.status}, as every registration is.`);
  const mails = await until('the mail arrives', async () => {
    const subjects = await mailsTo(order.sandbox, customer.email);
    return subjects === null || subjects.includes('Du har redan ett konto') ? (subjects ?? ['(restarted)']) : false;
  });
  say(`The mail provider sent her: ${mails.map((subject) => `"${subject}"`).join(', ')}.`);

  await step('She moves, and changes her address in My account.');
  token = await signIn(customer);
  const address = { street: 'Lillgatan 2', postalCode: '41101', city: 'Göteborg', country: 'SE' };
  const { answer: moved } = await api('PATCH', '/me', { token, body: { address } });
  const { answer: delivered } = await api('GET', `/orders/${order.orderId}`, { token });
  expect(delivered.deliveryAddress.street === registration.address.street, 'the order lost its delivery address');
  say(
    `My account now says ${moved.address.street}, ${moved.address.city}. The order still says ${delivered.deliveryAddress.street}, where it was sent.`,
  );

  await step('She withdraws the newsletter consent: the same call, the other answer.');
  const withdrawn = (await api('PUT', '/me/consents/newsletter', { token, body: { given: false, noticeVersion } }))
    .answer;
  expect(withdrawn.status === 'withdrawn', `the newsletter is ${withdrawn.status}`);
  say(`Recorded: newsletter ${withdrawn.status}.`);

  await step('The compliance officer replays her history, and says why.');
  officerToken = await signIn(officer);
  const asOfficer = { token: officerToken, headers: { 'audit-purpose': 'Demonstration of the audit trail' } };
  const subjects = (await api('GET', `/audit/subjects?customerId=${customerId}`, asOfficer)).answer.items;
  expect(subjects.length === 1, 'the officer does not find her');
  const before = await replay(customerId, asOfficer, 'ConsentWithdrawn');
  for (const event of before) say(historyLine(event));
  const { items: disclosures } = (await api('GET', `/audit/subjects/${customerId}/disclosures`, asOfficer)).answer;
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
  const answered = await replay(customerId, asOfficer, 'ErasureVerified');
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
  expect(registered?.fields.givenName.erased === true, 'her name can still be read');
  expect(registered?.fields.email.erased === true, 'her e-mail can still be read');
  const placed = answered.find(({ type }) => type === 'OrderPlaced');
  expect(placed?.retained !== undefined, 'nothing is marked as retained for the books');
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
  console.log(`\n${paint('32', `The demo is done: ${stepCount()} steps, all as the policy says.`)}`);
};

play().catch((error) => {
  if (!(error instanceof DemoFailed)) console.error(error);
  console.error(`\n${paint('31', 'The demo stopped:')} ${error.message}`);
  process.exit(1);
});

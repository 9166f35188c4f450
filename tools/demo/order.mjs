/** The order of the demo: placed, looked at from the payment service's side, and paid; and the mails sent about it. */
import { list, paint, say, step } from './narration.mjs';
import { api, DemoFailed, expect, fetchOnce, isAway, sandboxUrl, until } from './shop.mjs';

/** @typedef {{ sku: string, name: string }} Product */
/** @typedef {{ orderId: string, status: string, sandbox: URL }} PaidOrder */

/** @param {{ amountMinor: number }} money */
const kronor = ({ amountMinor }) => `${(amountMinor / 100).toFixed(2).replace('.', ',')} kr`;

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

/**
 * Orders and pays. The sandbox remembers nothing over a restart: then she orders again.
 *
 * @param {string} token
 * @param {readonly Product[]} chosen
 * @returns {Promise<PaidOrder>}
 */
export const orderAndPay = async (token, chosen) => {
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
      /** @type {{ method: string, path: string, body: any }[]} */
      const received = await fetchOnce(new URL('/sandbox/payson/requests', page));
      const creation = received.findLast(
        ({ method, path, body }) =>
          method === 'POST' && path.endsWith('/Checkouts') && body?.merchant?.reference === placed.orderId,
      );
      if (creation === undefined) throw new DemoFailed('the sandbox has not seen the order');
      const names = Object.keys(creation.body.customer).filter((name) => name !== 'type');
      const unexpected = names.filter((name) => !paysonNames.includes(name));
      const missing = paysonNames.filter((name) => !names.includes(name));
      expect(unexpected.length === 0, `the payment service received ${list(unexpected)}`);
      expect(missing.length === 0, `the payment service did not receive ${list(missing)}`);
      say(`About her: ${list(names)}. Exactly what the policy allows for an invoice, and nothing else.`);
      await step('She approves the invoice on the payment page.');
      await fetchOnce(page, { decision: 'approve' });
    } catch (error) {
      if (!isAway(error) || tries === 3) throw error;
      say(paint('33', '(the sandbox was restarted and remembers nothing; she orders again)'));
      await api('GET', '/policy');
      continue;
    }
    return until('the order is paid', async () => {
      const { answer } = await api('GET', `/orders/${placed.orderId}`, { token });
      if (answer.status !== 'paid') return false;
      say(`The payment service says approved, the shop read it back: the order is ${answer.status}.`);
      return { ...answer, sandbox: new URL('/sandbox/', open.payment.action.url) };
    });
  }
};

/**
 * The token of the link in the mail that confirms an address.
 *
 * @param {string} email
 * @returns {Promise<string>}
 */
export const mailedToken = (email) =>
  until('the mail that confirms the address', async () => {
    /** @type {{ body: { to: string[], text: string } }[]} */
    const mails = await fetchOnce(new URL('oneMail/requests', sandboxUrl())).catch((error) => {
      if (isAway(error)) return []; // it is being restarted
      throw error;
    });
    const mail = mails.find(({ body }) => body.to.includes(email) && /\/p\/email\?/.test(body.text));
    return /[?&]token=([\w.-]+)/.exec(mail?.body.text ?? '')?.[1] ?? false;
  });

/**
 * The subjects of the mails to an address, as the sandbox of the mail provider received them.
 *
 * @param {URL} sandbox
 * @param {string} email
 * @returns {Promise<string[] | null>} null when the sandbox was restarted and remembers none
 */
export const mailsTo = async (sandbox, email) => {
  try {
    /** @type {{ body: { envelope: { to: string[] }, subject: string } }[]} */
    const mails = await fetchOnce(new URL('oneMail/requests', sandbox));
    return mails.filter(({ body }) => body.envelope.to.includes(email)).map(({ body }) => body.subject);
  } catch (error) {
    if (!isAway(error)) throw error;
    return null;
  }
};

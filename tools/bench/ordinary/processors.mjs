import nodemailer from 'nodemailer';
import { Agent, request } from 'undici';

/** @typedef {import('./entities.mjs').Order} Order @typedef {import('./entities.mjs').Customer} Customer */

/** The same processor and the same mail server as the shop's, each over its protocol. */
export class Processors {
  #agent = new Agent({ connections: 8, bodyTimeout: 10_000, headersTimeout: 10_000 });
  #mail;
  #payson;
  #authorization;
  #publicUrl;

  /** @param {NodeJS.ProcessEnv} env @param {string} publicUrl */
  constructor({ MAIL_SMTP_URL, PAYSON_AGENT_ID, PAYSON_API_KEY, PAYSON_URL }, publicUrl) {
    this.#payson = PAYSON_URL ?? '';
    this.#authorization = `Basic ${Buffer.from(`${PAYSON_AGENT_ID}:${PAYSON_API_KEY}`).toString('base64')}`;
    this.#publicUrl = publicUrl;
    this.#mail = nodemailer.createTransport({ url: MAIL_SMTP_URL, pool: true, maxConnections: 8, maxMessages: 1000 });
  }

  /** @param {Order} order @param {Customer} customer @returns {Promise<{ id: string, pageUrl: string }>} */
  async openCheckout({ currency, id, lines }, { address, email, familyName, givenName, phone }) {
    const checkout = await this.#call('POST', 'Checkouts', {
      merchant: {
        termsUri: `${this.#publicUrl}/terms`,
        checkoutUri: `${this.#publicUrl}/checkout`,
        confirmationUri: `${this.#publicUrl}/confirmation`,
        notificationUri: `${this.#publicUrl}/api/v1/callbacks/payson`,
        reference: id,
      },
      order: {
        currency: currency.toLowerCase(),
        items: lines.map(({ name, quantity, sku, taxRate, unitPriceMinor }) => ({
          name,
          quantity,
          taxRate,
          reference: sku,
          unitPrice: unitPriceMinor / 100,
        })),
      },
      customer: {
        firstName: givenName,
        lastName: familyName,
        email,
        ...(phone === null ? {} : { phone }),
        street: address.street,
        postalCode: address.postalCode,
        city: address.city,
        countryCode: address.country,
        type: 'person',
      },
      gui: { locale: 'sv' },
    });
    return { id: checkout.id, pageUrl: /src=['"]([^'"]+)/.exec(checkout.snippet)?.[1] ?? '' };
  }

  /** @param {string} checkoutId @returns {Promise<{ status: string }>} */
  readCheckout(checkoutId) {
    return this.#call('GET', `Checkouts/${checkoutId}`);
  }

  /** @param {Order} order @param {Customer} customer */
  async confirm({ id, lines, totalMinor }, { email, givenName }) {
    const kronor = (/** @type {number} */ minor) => `${(minor / 100).toFixed(2).replace('.', ',')} kr`;
    const rows = lines.map(({ name, quantity, unitPriceMinor }) => `${quantity} × ${name}  ${kronor(unitPriceMinor)}`);
    const text = `Hej ${givenName}!\n\nDin beställning är betald.\n\nOrdernummer: ${id}\n\n${rows.join('\n')}\nSumma  ${kronor(totalMinor)}\n`;
    await this.#mail.sendMail({
      from: 'DITT:OO <kundtjanst@example.org>',
      to: email,
      subject: 'Tack för din beställning',
      text,
      html: `<pre>${text}</pre>`,
    });
  }

  /** @param {'GET' | 'POST'} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  async #call(method, path, body) {
    const answer = await request(`${this.#payson}${path}`, {
      dispatcher: this.#agent,
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.statusCode >= 300) throw new Error(`payson: ${answer.statusCode} ${await answer.body.text()}`);
    return answer.body.json();
  }
}

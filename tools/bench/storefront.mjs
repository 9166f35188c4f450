import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** How often the payment page of an order is asked for, from the moment its checkout was opened at the processor. */
const pollMs = 100;
/** How often the list is asked for, where its delay is measured. */
const listPollMs = 50;
const givenUpMs = 60_000;
/** A token lasts ten minutes. */
const refreshAfterMs = 240_000;

/**
 * @typedef {{ email: string, password: string, token: string, refreshToken: string | null, signedInAt: number }} Customer
 * @typedef {{ id: string, number: string, postMs: number, placedAt: number, openedAt?: number, mailedAt?: number, listedAt?: number }} Order
 *   an order from its 201 on; times in ms of the machine's clock
 */

/**
 * A storefront outside of the shop: registers customers, places their orders, sends each to the payment page, approves the
 * invoice there, and reads the outcome from the sandbox. It speaks the public HTTP API and nothing else. It reads an
 * order once its checkout is open and not before: how often a waiting page asks is no matter of the shop's, and under
 * overload it would be the load.
 */
export class Storefront {
  #agent = new Agent({ connections: 128, pipelining: 1, bodyTimeout: givenUpMs, headersTimeout: givenUpMs });
  /** @type {Customer[]} */
  #customers = [];
  #next = 0;
  #body = '';
  /** By id and by number. @type {Map<string, { order: Order, opened: () => void, mailed: () => void }>} */
  #open = new Map();
  /** The tokens of mails that confirm an address, by the address. @type {Map<string, string>} */
  #tokens = new Map();
  /** What came before the 201 of its order. @type {Map<string, import('./sandbox.mjs').OrderArrival[]>} */
  #early = new Map();
  /** Requests that were not answered as they should. */
  failures = 0;
  opened = 0;
  mailed = 0;

  /**
   * @param {string} url of the shop @param {import('./sandbox.mjs').Sandbox} sandbox
   * @param {{ confirms?: boolean }} [options] `confirms`: a customer signs in once the mailed link came back
   */
  constructor(url, sandbox, { confirms = true } = {}) {
    this.url = url;
    this.confirms = confirms;
    sandbox.listen((arrival) => {
      if (arrival.what === 'asked') this.#tokens.set(arrival.email, arrival.token);
      else this.#arrived(arrival);
    });
  }

  /** Placed, and no mail yet. */
  get backlog() {
    return new Set(this.#open.values()).size;
  }

  /** @param {number} count @returns {Promise<string[]>} the customers' ids */
  async register(count) {
    const { noticeVersion } = await this.#call('GET', '/policy');
    const { items } = await this.#call('GET', '/products');
    this.#body = JSON.stringify({
      lines: [{ sku: items[0].sku, quantity: 1 }],
      payment: { method: 'paysonInvoice' },
    });
    const logins = Array.from({ length: count }, () => ({
      email: `kund.${randomUUID()}@example.org`,
      password: `bench-${randomUUID()}`,
    }));
    /** @type {string[]} */
    const ids = [];
    await eachOf(logins, 4, async (login) => {
      const { customerId } = await this.#call('POST', '/customers', {
        ...login,
        givenName: 'Anna',
        familyName: 'Lindqvist',
        phone: '+46700000001',
        address: { street: 'Storgatan 1', postalCode: '11122', city: 'Stockholm', country: 'SE' },
        noticeVersion,
      });
      ids.push(customerId);
    });
    // All mails are on their way by now, so that this waits for few.
    await eachOf(logins, 4, async (login) => {
      if (this.confirms) await this.#confirm(login.email);
      await this.#signIn(login);
    });
    return ids;
  }

  /** @param {string} email */
  async #confirm(email) {
    for (const end = Date.now() + givenUpMs; !this.#tokens.has(email); await sleep(pollMs))
      if (Date.now() > end) throw new Error('no mail to confirm an address came');
    await this.#call('POST', '/email-confirmations', { token: this.#tokens.get(email) });
    this.#tokens.delete(email);
  }

  /** @param {{ email: string, password: string }} login */
  async #signIn(login) {
    const { accessToken, refreshToken } = await this.#call('POST', '/sessions', login);
    this.#customers.push({ ...login, token: accessToken, refreshToken, signedInAt: Date.now() });
  }

  /** Renews the sessions that would end soon; called before a measurement, not in it. */
  async refresh() {
    const due = this.#customers.filter(({ signedInAt }) => Date.now() - signedInAt > refreshAfterMs);
    await eachOf(due, 4, async (customer) => {
      if (customer.refreshToken === null) return;
      const renewed = await this.#call('POST', '/sessions/refresh', { refreshToken: customer.refreshToken });
      Object.assign(customer, {
        token: renewed.accessToken,
        refreshToken: renewed.refreshToken,
        signedInAt: Date.now(),
      });
    });
  }

  /**
   * One full order of the next customer: placed, checkout opened, invoice approved, read back, confirmed by mail.
   *
   * @param {{ list?: boolean }} [options] `list`: also asks for the customer's list until the order is in it
   * @returns {Promise<Order | null>} `null` = it failed, and is counted
   */
  async fullOrder({ list = false } = {}) {
    const customer = this.#customers[this.#next++ % this.#customers.length];
    if (customer === undefined) throw new Error('nobody is registered');
    let id = '';
    try {
      const order = await this.#place(customer);
      id = order.id;
      const [opened, mailed] = [awaited('no checkout'), awaited('no mail')];
      const waiting = { order, opened: opened.now, mailed: mailed.now };
      // The processor names an order by its id, the mail by its number.
      for (const name of [order.id, order.number]) this.#open.set(name, waiting);
      for (const name of new Set([order.id, order.number])) {
        for (const arrival of this.#early.get(name) ?? []) this.#arrived(arrival);
        this.#early.delete(name);
      }
      const listed = list ? this.#listed(customer, order) : undefined;
      listed?.catch(() => undefined); // the order may have failed before
      await opened.promise;
      await this.#pay(customer, order);
      await Promise.all([mailed.promise, listed]);
      return order;
    } catch (error) {
      this.#forget(id); // nobody waits for it any more
      if (this.failures++ === 0) process.stderr.write(`order ${id} failed: ${error}\n`);
      return null;
    }
  }

  /** Resolves when every order placed has got its mail. @param {number} [ms] @returns was that so in time? */
  async drained(ms = 120_000) {
    for (const end = Date.now() + ms; this.#open.size > 0; await sleep(50)) if (Date.now() > end) return false;
    return true;
  }

  async close() {
    await this.#agent.close();
  }

  /** @param {Customer} customer @returns {Promise<Order>} */
  async #place({ token }) {
    const begun = performance.now();
    const { orderId, orderNumber = orderId } = await this.#call('POST', '/orders', this.#body, token);
    return { id: orderId, number: orderNumber, postMs: performance.now() - begun, placedAt: Date.now() };
  }

  /** @param {Customer} customer @param {Order} order */
  async #pay({ token }, order) {
    for (const end = Date.now() + givenUpMs; ;) {
      await sleep(pollMs);
      const { payment } = await this.#call('GET', `/orders/${order.id}`, undefined, token);
      if (payment.action !== undefined) {
        await this.#call('POST', payment.action.url, { decision: 'approve' });
        return;
      }
      if (Date.now() > end) throw new Error('no payment page');
    }
  }

  /** @param {Customer} customer @param {Order} order */
  async #listed({ token }, order) {
    for (const end = Date.now() + givenUpMs; Date.now() < end; await sleep(listPollMs)) {
      const { items } = await this.#call('GET', '/orders?limit=20', undefined, token);
      if (items.some((/** @type {{ orderId: string }} */ { orderId }) => orderId === order.id)) {
        order.listedAt = Date.now();
        return;
      }
    }
    throw new Error('not in the list');
  }

  /** @param {string} id */
  #forget(id) {
    const number = this.#open.get(id)?.order.number;
    this.#open.delete(id);
    if (number !== undefined) this.#open.delete(number);
  }

  /** @param {import('./sandbox.mjs').OrderArrival} arrival */
  #arrived(arrival) {
    const { at, orderId, what } = arrival;
    const known = this.#open.get(orderId);
    if (known === undefined) {
      this.#early.set(orderId, [...(this.#early.get(orderId) ?? []), arrival]);
      return;
    }
    if (what === 'opened') {
      known.order.openedAt ??= at;
      this.opened++;
      known.opened();
    } else {
      known.order.mailedAt = at;
      this.mailed++;
      this.#forget(known.order.id);
      known.mailed();
    }
  }

  /**
   * @param {string} method @param {string} path below the API, or a whole address
   * @param {unknown} [body] @param {string} [token]
   * @returns {Promise<any>}
   */
  async #call(method, path, body, token) {
    const { body: answer, statusCode } = await request(path.startsWith('http') ? path : `${this.url}/api/v1${path}`, {
      dispatcher: this.#agent,
      method: /** @type {import('undici').Dispatcher.HttpMethod} */ (method),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** A promise that is kept from outside, or broken after a while. @param {string} reason */
const awaited = (reason) => {
  let now = () => {};
  const promise = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(reason)), givenUpMs);
    now = () => {
      clearTimeout(late);
      resolve(undefined);
    };
  });
  promise.catch(() => undefined); // the waiting call may have failed before
  return { promise, now };
};

/** @template T @param {T[]} items @param {number} atOnce @param {(item: T) => Promise<void>} work */
const eachOf = async (items, atOnce, work) => {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

import { timingSafeEqual } from 'node:crypto';
import { newId } from '@dittoo/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { wholeAmount, type Act, type ActOutcome } from '../payment/acts.js';
import type { Notifier } from '../payment/notifier.js';
import { paymentPage, paymentPagePolicy } from '../payment/payment.page.js';
import type { PaymentJournal } from '../payment/payment-journal.js';
import type { PaysonOptions } from '../processor-sandbox.config.js';
import { type Reception, basicCredentials, formBody, jsonBody, receive } from '../reception/reception.js';
import {
  type Checkout,
  type CheckoutAnswer,
  type CheckoutStatus,
  type Decision,
  actOnCheckout,
  answerOf,
  createCheckout,
  decideCheckout,
  isOverdue,
  isRefusal,
  notifiedStatuses,
  replaceCheckout,
  totalMinor,
} from './checkout.js';
import { type PaysonError, readCheckout } from './payson-body.js';

const pageSize = 20;

/**
 * Payson Checkout 2.0 under `/payson/2.0`, and under `/payson/pay` the page that a buyer sees in its frame. The caller of the API learns of a buyer's decision by an unsigned notification or by
 * reading.
 */
export class PaysonSandbox {
  private readonly checkouts = new Map<string, Checkout>();
  private purchases = 100_000;

  constructor(
    private readonly options: PaysonOptions,
    private readonly reception: Reception,
    private readonly notifier: Notifier,
    private readonly origin: () => string,
    private readonly journal: PaymentJournal,
  ) {
    for (const [id, checkout] of journal.of<Checkout>('payson')) this.checkouts.set(id, checkout);
    for (const { purchaseId } of this.checkouts.values()) this.purchases = Math.max(this.purchases, purchaseId ?? 0);
  }

  /** Nobody can pay any more what is still to be paid: its page had another address. */
  expireOpen(): void {
    for (const checkout of this.checkouts.values()) {
      const expired = decideCheckout(checkout, 'expire', 0, this.reception.clock.now());
      if (isRefusal(expired) || expired.status === checkout.status) continue;
      this.checkouts.set(expired.id, expired);
      this.journal.defer('payson', expired.id, withoutBuyer(expired));
    }
  }

  private store(checkout: Checkout): void {
    this.checkouts.set(checkout.id, checkout);
    this.journal.keep('payson', checkout.id, withoutBuyer(checkout));
  }

  mount(app: FastifyInstance): void {
    app.register(async (api) => this.api(api), { prefix: '/payson/2.0' });
    app.get<{ Params: { id: string } }>('/payson/pay/:id', async ({ params }, reply) => this.page(params.id, reply));
    app.post<{ Params: { id: string } }>('/payson/pay/:id', async ({ params, headers, body }, reply) => {
      const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
      const given = ((form ? formBody : jsonBody)(String(body)) ?? {}) as { decision?: unknown; amountMinor?: unknown };
      const answer = this.decide(params.id, given.decision, wholeAmount(given.amountMinor));
      if (typeof answer === 'number' && !(form && answer === 409))
        return reply.code(answer).send({ message: answer === 404 ? 'no such checkout' : 'no such decision now' });
      if (form) return this.page(params.id, reply);
      return reply.send({ id: params.id, status: this.find(params.id)?.status });
    });
  }

  private api(api: FastifyInstance): void {
    const expected = Buffer.from(`${this.options.agentId}:${this.options.apiKey}`);
    receive(api, 'payson', this.reception, jsonBody, (request, reply) => {
      const given = Buffer.from(basicCredentials(request) ?? '');
      if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
      reply.header('www-authenticate', 'Basic realm="payson"');
      return failed(reply, 401, 'Unauthorized');
    });

    api.get('/Accounts', async () => ({
      accountEmail: 'payson@example.org',
      status: 'Approved',
      merchantId: this.options.agentId,
      enabledForInvoice: true,
      enabledForpaymentPlan: true,
      enabledForRecurringPayments: false,
    }));

    api.post('/Checkouts', async ({ body }, reply) => {
      const { checkout, errors } = readCheckout(jsonBody(String(body)), 'create');
      if (errors.length > 0) return failed(reply, 400, 'Validation failed', errors);
      const created = createCheckout(checkout, newId, this.reception.clock.now());
      if (isRefusal(created)) return failed(reply, 400, 'Validation failed', created.errors);
      this.store(created);
      reply.code(201).header('location', `${this.origin()}/payson/2.0/Checkouts/${created.id}`);
      return this.answer(created);
    });

    api.get<{ Params: { id: string } }>('/Checkouts/:id', async ({ params }, reply) => {
      const checkout = this.find(params.id);
      return checkout === null ? failed(reply, 404, 'Not found') : this.answer(checkout);
    });

    api.put<{ Params: { id: string } }>('/Checkouts/:id', async ({ params, body }, reply) => {
      const checkout = this.find(params.id);
      if (checkout === null) return failed(reply, 404, 'Not found');
      const read = readCheckout(jsonBody(String(body)), 'replace');
      if (read.errors.length > 0) return failed(reply, 400, 'Validation failed', read.errors);
      const answer = this.keep(
        checkout.status,
        replaceCheckout(checkout, read.checkout, newId, this.reception.clock.now()),
      );
      return isRefusal(answer) ? failed(reply, 400, 'Validation failed', answer.errors) : this.answer(answer);
    });

    api.get<{ Querystring: { status?: string; page?: string } }>('/Checkouts', async ({ query }, reply) => {
      const page = Number(query.page ?? 1);
      if (!Number.isInteger(page) || page < 1)
        return failed(reply, 400, 'Validation failed', [{ property: 'page', message: 'starts at 1' }]);
      const wanted = query.status?.toLowerCase();
      const found = [...this.checkouts.keys()]
        .flatMap((id) => this.find(id) ?? [])
        .filter((checkout) => wanted === undefined || checkout.status.toLowerCase() === wanted)
        .reverse();
      return {
        count: found.length,
        data: found.slice((page - 1) * pageSize, page * pageSize).map((checkout) => this.answer(checkout)),
      };
    });

    api.setNotFoundHandler(async (_request, reply) => failed(reply, 404, 'Not found'));
  }

  /** @returns 400 = no such decision, 404 = no such checkout, 409 = not in this status */
  private decide(id: string, decision: unknown, amountMinor: number | null): Checkout | 400 | 404 | 409 {
    const checkout = this.find(id);
    if (checkout === null) return 404;
    const known = (['approve', 'deny', 'settle', 'expire'] as const).find((name) => name === decision);
    if (known === undefined) return 400;
    const answer = this.move(checkout, known, amountMinor);
    return isRefusal(answer) ? 409 : answer;
  }

  private move(checkout: Checkout, decision: Decision, amountMinor: number | null = null): CheckoutAnswer {
    const now = this.reception.clock.now();
    return this.keep(checkout.status, decideCheckout(checkout, decision, ++this.purchases, now, amountMinor));
  }

  act(id: string, act: Act, amountMinor: number | null): ActOutcome {
    const checkout = this.find(id);
    if (checkout === null) return 'unknown';
    if (act === 'forget') {
      this.checkouts.delete(checkout.id);
      this.journal.keep('payson', checkout.id, null);
      return 'done';
    }
    const answer = actOnCheckout(checkout, act, amountMinor, this.reception.clock.now());
    return isRefusal(this.keep(checkout.status, answer)) ? 'impossible' : 'done';
  }

  /** Stores the result, and notifies the shop of a new status that has a notification. */
  private keep(before: CheckoutStatus, answer: CheckoutAnswer): CheckoutAnswer {
    if (isRefusal(answer)) return answer;
    this.store(answer);
    if (answer.status !== before && notifiedStatuses.includes(answer.status)) {
      const url = new URL(answer.merchant.notificationUri);
      url.search += `${url.search === '' ? '?' : '&'}checkout=${answer.id}`;
      this.notifier.send({ id: answer.id, status: answer.status, url: url.href, method: 'GET' });
    }
    return answer;
  }

  /** The current checkout: an unpaid one expires when it is read after its time to pay. */
  private find(id: string): Checkout | null {
    const checkout = this.checkouts.get(id.toLowerCase());
    if (checkout === undefined) return null;
    if (!isOverdue(checkout, this.reception.clock.now())) return checkout;
    const expired = this.move(checkout, 'expire');
    return isRefusal(expired) ? checkout : expired;
  }

  private answer(checkout: Checkout) {
    return answerOf(checkout, `${this.origin()}/payson/pay/${checkout.id}`);
  }

  private page(id: string, reply: FastifyReply): FastifyReply {
    const checkout = this.find(id);
    if (checkout === null) return reply.code(404).type('text/plain').send('no such checkout');
    const { merchant, currency, items, status } = checkout;
    const money = (amountMinor: number) => `${(amountMinor / 100).toFixed(2)} ${currency.toUpperCase()}`;
    const page = paymentPage({
      processor: 'Payson',
      reference: merchant.reference ?? checkout.id,
      amount: money(totalMinor(checkout)),
      lines: items.map((item) => ({
        name: `${item.quantity} x ${item.name}`,
        amount: money(totalMinor({ ...checkout, items: [item] })),
      })),
      status,
      back: status === 'denied' ? merchant.checkoutUri : merchant.confirmationUri,
      open: status === 'created' || status === 'readyToPay',
    });
    return reply
      .header('content-security-policy', paymentPagePolicy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page);
  }
}

/** What is kept of a checkout on disk. */
const withoutBuyer = (checkout: Checkout): Checkout => ({
  ...checkout,
  customer: { type: 'person' },
  description: null,
});

const failed = (
  reply: FastifyReply,
  status: number,
  message: string,
  errors: readonly PaysonError[] = [],
): FastifyReply => reply.code(status).send({ message, errors });

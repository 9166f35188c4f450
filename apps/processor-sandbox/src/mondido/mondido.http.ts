import { timingSafeEqual } from 'node:crypto';
import { newId } from '@dittoo/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { wholeAmount, type Act, type ActOutcome } from '../payment/acts.js';
import type { Notifier } from '../payment/notifier.js';
import { paymentPage, paymentPagePolicy } from '../payment/payment.page.js';
import type { PaymentJournal } from '../payment/payment-journal.js';
import type { MondidoOptions } from '../processor-sandbox.config.js';
import { type Reception, basicCredentials, formBody, jsonBody, receive } from '../reception/reception.js';
import { listed, refused, type ById, type Listing } from './answers.js';
import { MondidoCustomers } from './customers.http.js';
import { readAmount, readForm, readTransaction } from './mondido-body.js';
import {
  type Refund,
  type Transaction,
  type TransactionAnswer,
  actOnTransaction,
  captureTransaction,
  decideTransaction,
  isError,
  mondidoErrors,
  refundAnswer,
  refundTransaction,
  requestHash,
  responseHash,
  transactionAnswer,
  twoDecimals,
} from './transaction.js';

/**
 * Mondido v1 under `/mondido/v1`, and under `/mondido/v1/form` its hosted page. Hosted payments, captures, refunds,
 * customers and stored cards; no plans and no direct cards. Customers and stored cards live as long as the process.
 */
export class MondidoSandbox {
  private readonly transactions = new Map<number, Transaction>();
  private readonly byReference = new Map<string, number[]>();
  private readonly byToken = new Map<string, number>();
  private readonly customers: MondidoCustomers;
  private ids = 200_000;

  constructor(
    private readonly options: MondidoOptions,
    private readonly reception: Reception,
    private readonly notifier: Notifier,
    private readonly origin: () => string,
    private readonly journal: PaymentJournal,
  ) {
    this.customers = new MondidoCustomers(() => ++this.ids, reception);
    for (const transaction of journal.of<Transaction>('mondido').values()) this.index(transaction);
    for (const { id, refunds } of this.transactions.values())
      this.ids = Math.max(this.ids, id, ...refunds.map((refund) => refund.id));
  }

  /** Nobody can pay any more what is still to be paid: its page had another address. */
  expireOpen(): void {
    for (const transaction of this.transactions.values()) {
      if (transaction.status !== 'pending') continue;
      const failed = { ...transaction, status: 'failed' as const };
      this.transactions.set(failed.id, failed);
      this.journal.defer('mondido', String(failed.id), withoutBuyer(failed));
    }
  }

  private index(transaction: Transaction): void {
    const { id, paymentRef, token } = transaction;
    this.transactions.set(id, transaction);
    this.byToken.set(token, id);
    this.byReference.set(paymentRef, [...(this.byReference.get(paymentRef) ?? []), id]);
  }

  private store(transaction: Transaction): void {
    this.transactions.set(transaction.id, transaction);
    this.journal.keep('mondido', String(transaction.id), withoutBuyer(transaction));
  }

  mount(app: FastifyInstance): void {
    app.register(async (api) => this.api(api), { prefix: '/mondido/v1' });
    app.get<{ Params: { token: string } }>('/mondido/v1/form/:token', async ({ params }, reply) =>
      this.page(params.token, reply),
    );
    app.post<{ Params: { token: string } }>('/mondido/v1/form/:token', async ({ params, headers, body }, reply) => {
      const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
      const { amountMinor, decision } = ((form ? formBody : jsonBody)(String(body)) ?? {}) as Record<string, unknown>;
      const transaction = this.withToken(params.token);
      const known = (['approve', 'deny', 'fail'] as const).find((name) => name === decision);
      if (transaction === undefined) return reply.code(404).send(mondidoErrors.notFound);
      if (known === undefined) return reply.code(400).send(mondidoErrors.parameter);
      const answer = this.keep(transaction, decideTransaction(transaction, known, wholeAmount(amountMinor)));
      if (form) return this.page(params.token, reply);
      return isError(answer) ? reply.code(409).send(answer) : reply.send({ id: answer.id, status: answer.status });
    });
  }

  private api(api: FastifyInstance): void {
    const expected = Buffer.from(`${this.options.merchantId}:${this.options.password}`);
    receive(api, 'mondido', this.reception, formBody, (request, reply) => {
      const given = Buffer.from(basicCredentials(request) ?? '');
      if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
      return reply.code(401).send(mondidoErrors.unauthorized);
    });

    api.post('/transactions', async ({ body }, reply) => {
      const form = readForm(String(body));
      const request = readTransaction(form, this.options.merchantId);
      if (isError(request)) return refused(reply, request);
      if (form['hash'] !== requestHash(this.options, request)) return refused(reply, mondidoErrors.hash);
      const transaction: Transaction = {
        ...request,
        id: ++this.ids,
        token: newId(),
        status: 'pending',
        createdAt: this.reception.clock.now(),
        customerId: request.customerRef === '' ? null : this.customers.of(request.customerRef).id,
        storedCardId: null,
        refunds: [],
      };
      this.index(transaction);
      this.store(transaction);
      reply.code(201);
      return this.answer(transaction);
    });
    api.get<Listing>('/transactions', async ({ query }, reply) => {
      const wanted = query['filter[payment_ref]'];
      const ids = wanted === undefined ? [...this.transactions.keys()] : (this.byReference.get(wanted) ?? []);
      const found = ids.flatMap((id) => this.transactions.get(id) ?? []);
      return listed(reply, query, found.reverse(), (transaction) => this.answer(transaction));
    });
    api.get<ById>('/transactions/:id', async ({ params }, reply) => {
      const transaction = this.transactions.get(Number(params.id));
      return transaction === undefined ? refused(reply, mondidoErrors.notFound, 404) : this.answer(transaction);
    });
    api.put<ById>('/transactions/:id/capture', async ({ params, body }, reply) => {
      const transaction = this.transactions.get(Number(params.id));
      if (transaction === undefined) return refused(reply, mondidoErrors.notFound, 404);
      const amountMinor = readAmount(readForm(String(body))['amount']);
      const answer = this.keep(transaction, captureTransaction(transaction, amountMinor));
      return isError(answer) ? refused(reply, answer) : this.answer(answer);
    });

    api.post<Listing>('/refunds', async ({ body, query }, reply) => {
      const form = readForm(String(body));
      const transaction = this.transactions.get(Number(form['transaction_id']));
      if (transaction === undefined) return refused(reply, mondidoErrors.notFound, 404);
      if (typeof form['reason'] !== 'string' || form['reason'] === '') return refused(reply, mondidoErrors.parameter);
      const refund = {
        id: ++this.ids,
        amountMinor: readAmount(form['amount']),
        reason: form['reason'],
        createdAt: this.reception.clock.now(),
      };
      const answer = this.keep(transaction, refundTransaction(transaction, refund));
      if (isError(answer)) return refused(reply, answer);
      reply.code(201);
      return this.refund(answer.refunds.at(-1), String(form['extend'] ?? query['extend'] ?? ''));
    });
    api.get<ById & Listing>('/refunds/:id', async ({ params, query }, reply) => {
      const refunds = [...this.transactions.values()].flatMap((transaction) => transaction.refunds);
      const refund = refunds.find(({ id }) => id === Number(params.id));
      return refund === undefined
        ? refused(reply, mondidoErrors.notFound, 404)
        : this.refund(refund, query['extend'] ?? '');
    });

    this.customers.mount(api);
    api.setNotFoundHandler(async (_request, reply) => refused(reply, mondidoErrors.notFound, 404));
  }

  /** Stores the result; sends a new status to the webhook, and stores a card where that was requested. */
  private keep(before: Transaction, answer: TransactionAnswer): TransactionAnswer {
    if (isError(answer)) return answer;
    const paid = before.status === 'pending' && (answer.status === 'approved' || answer.status === 'authorized');
    const after =
      paid && answer.storeCard ? { ...answer, storedCardId: this.customers.storeCard(answer.customerId) } : answer;
    this.store(after);
    if (after.status !== before.status && after.webhookUrl !== null)
      this.notifier.send({
        id: String(after.id),
        status: after.status,
        url: after.webhookUrl,
        method: 'POST',
        contentType: 'application/json',
        body: JSON.stringify({ ...this.answer(after), response_hash: responseHash(this.options, after) }),
      });
    return after;
  }

  act(id: string, act: Act, amountMinor: number | null): ActOutcome {
    const transaction = this.transactions.get(Number(id));
    if (transaction === undefined) return 'unknown';
    if (act === 'forget') {
      this.transactions.delete(transaction.id);
      this.journal.keep('mondido', id, null);
      return 'done';
    }
    const refund = { id: ++this.ids, reason: 'by staff of Mondido', createdAt: this.reception.clock.now() };
    return isError(this.keep(transaction, actOnTransaction(transaction, act, amountMinor, refund)))
      ? 'impossible'
      : 'done';
  }

  private withToken(token: string): Transaction | undefined {
    return this.transactions.get(this.byToken.get(token.toLowerCase()) ?? 0);
  }

  private answer(transaction: Transaction) {
    return transactionAnswer(this.options, transaction, `${this.origin()}/mondido/v1/form/${transaction.token}`);
  }

  /** A refund extended with its transaction leaks the payment's card number, as the real service was seen to do. */
  private refund(refund: Refund | undefined, extend: string) {
    if (refund === undefined) return mondidoErrors.notFound;
    const transaction = this.transactions.get(refund.transactionId);
    if (transaction === undefined || !extend.split(',').includes('transaction')) return refundAnswer(refund);
    return {
      ...refundAnswer(refund),
      transaction: {
        ...this.answer(transaction),
        payment_request: { card_number: '4111111111111111', card_cvv: '200', card_expiry: '0199' },
      },
    };
  }

  private page(token: string, reply: FastifyReply): FastifyReply {
    const transaction = this.withToken(token);
    if (transaction === undefined) return reply.code(404).type('text/plain').send('no such payment');
    const { paymentRef, amountMinor, currency, status, items, successUrl, errorUrl } = transaction;
    const back = new URL(status === 'approved' || status === 'authorized' ? successUrl : errorUrl);
    back.searchParams.set('transaction_id', String(transaction.id));
    back.searchParams.set('payment_ref', paymentRef);
    back.searchParams.set('status', status);
    back.searchParams.set('hash', responseHash(this.options, transaction));
    const page = paymentPage({
      processor: 'Mondido',
      reference: paymentRef,
      amount: `${twoDecimals(amountMinor)} ${currency.toUpperCase()}`,
      lines: items.map((item) => ({
        name: `${String(item['qty'] ?? 1)} x ${String(item['description'] ?? item['artno'] ?? '')}`,
        amount: String(item['amount'] ?? ''),
      })),
      status,
      back: back.href,
      open: status === 'pending',
    });
    return reply
      .header('content-security-policy', paymentPagePolicy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page);
  }
}

/** What is kept of a transaction on disk. */
const withoutBuyer = (transaction: Transaction): Transaction => ({
  ...transaction,
  customerRef: '',
  customerId: null,
  storedCardId: null,
  paymentDetails: {},
  metadata: null,
});

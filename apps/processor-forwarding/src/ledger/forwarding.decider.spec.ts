import type { ForwardingEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { forwardingDecider, type Disclosure } from './forwarding.decider.js';

const given = deciderSpec(forwardingDecider);
const orderId = '0b0e7a58-4f5e-4f53-9b7c-0c8f5f3a0a01';
const asked = { processorId: 'payson', intent: 'openPayment', orderId } as const;
const fields = ['givenName', 'orderLines'];
const requested: ForwardingEvent = { type: 'ForwardingRequested', data: { ...asked, fields } };
const disclosure: Disclosure = {
  legalEntity: 'Svea Bank AB',
  fields,
  purpose: 'payment',
  legalBasis: 'contract',
  consentRecordId: null,
  consentRevision: null,
  noticeVersion: '2026-11-01',
  ciphertextDigest: 'ab'.repeat(32),
  outcome: 'delivered',
};
const disclosed = (attempt: number, outcome: Disclosure['outcome']): ForwardingEvent => ({
  type: 'DataDisclosed',
  data: { processorId: 'payson', orderId, ...disclosure, attempt, outcome },
});
const nextAttemptAt = '2026-11-22T10:00:01.000Z';
const failed = (attempt: number, failure: string, next: string | null): ForwardingEvent => ({
  type: 'AttemptFailed',
  data: { processorId: 'payson', intent: 'openPayment', attempt, failure, nextAttemptAt: next },
});
const checkout = {
  paymentReference: 'c-1',
  action: { kind: 'snippet' as const, url: 'https://pay.example.org/c-1' },
};
const opened: ForwardingEvent = { type: 'CheckoutOpened', data: { processorId: 'payson', orderId, ...checkout } };
const completed: ForwardingEvent = { type: 'ForwardingCompleted', data: asked };
const parked: ForwardingEvent = { type: 'ForwardingParked', data: { ...asked, failure: 'http-400' } };

describe('a forwarding', () => {
  it('is requested once', () => {
    given()
      .when({ type: 'RequestForwarding', ...asked, fields })
      .then(requested);
    given(requested)
      .when({ type: 'RequestForwarding', ...asked, fields })
      .then();
  });

  it('is delivered with its ledger line, then ends', () => {
    const deliver = { type: 'RecordDelivery', attempt: 1, disclosures: [disclosure], checkout } as const;
    given(requested).when(deliver).then(disclosed(1, 'delivered'), opened, completed);
    given(requested, disclosed(1, 'delivered'), opened, completed).when(deliver).then();
  });

  it('writes the ledger line of an attempt once, also when the outcome is found later', () => {
    const history = [requested, disclosed(1, 'unknown'), failed(1, 'timeout', nextAttemptAt)];
    given(...history)
      .when({ type: 'RecordDelivery', attempt: 1, disclosures: [disclosure], checkout })
      .then(opened, completed);
  });

  it('is not found once, and abandoned only while it is pending', () => {
    const payment = { processorId: 'payson', orderId, paymentReference: 'c-1' };
    const missing: ForwardingEvent = { type: 'PaymentNotFound', data: payment };
    const abandoned: ForwardingEvent = { type: 'PaymentAbandoned', data: payment };
    given(requested).when({ type: 'MissPayment' }).then();
    given(requested, opened, completed).when({ type: 'MissPayment' }).then(missing);
    given(requested, opened, completed, missing).when({ type: 'MissPayment' }).then();
    given(requested, opened, completed).when({ type: 'AbandonPayment' }).then(abandoned);
    given(requested, opened, completed, missing).when({ type: 'AbandonPayment' }).then();
    given(requested, opened, completed, abandoned).when({ type: 'AbandonPayment' }).then();
  });

  it('fails and goes on, or fails and is parked', () => {
    const rejected = { ...disclosure, outcome: 'rejected' } as const;
    const fail = { type: 'RecordFailure', attempt: 1, disclosures: [rejected] } as const;
    given(requested)
      .when({ ...fail, failure: 'http-429', nextAttemptAt })
      .then(disclosed(1, 'rejected'), failed(1, 'http-429', nextAttemptAt));
    given(requested)
      .when({ ...fail, failure: 'http-400', nextAttemptAt: null })
      .then(disclosed(1, 'rejected'), failed(1, 'http-400', null), parked);
    given(requested, parked)
      .when({ ...fail, failure: 'http-400', nextAttemptAt: null })
      .then();
  });

  it('is refused with its reason, once', () => {
    const refusal = { reason: 'consentMissing', fields, purpose: 'personnummer', consentRecordId: null } as const;
    const refused: ForwardingEvent = { type: 'ForwardingRefused', data: { ...asked, ...refusal } };
    given(requested)
      .when({ type: 'RefuseForwarding', ...refusal })
      .then(refused);
    given(requested, refused)
      .when({ type: 'RefuseForwarding', ...refusal })
      .then();
  });

  it('is cancelled while it is not sent, parked or not', () => {
    const cancelled: ForwardingEvent = { type: 'ForwardingCancelled', data: { ...asked, reason: 'subjectErased' } };
    const cancel = { type: 'CancelForwarding', reason: 'subjectErased' } as const;
    given(requested).when(cancel).then(cancelled);
    given(requested, parked).when(cancel).then(cancelled);
    given(requested, opened, completed).when(cancel).then();
  });

  it('is tried again only from where it was parked', () => {
    const again: ForwardingEvent = {
      type: 'RedeliveryRequested',
      data: { processorId: 'payson', intent: 'openPayment' },
    };
    given(requested, parked).when({ type: 'RequestRedelivery' }).then(again);
    given(requested).when({ type: 'RequestRedelivery' }).thenFails('delivery-not-parked');
    given(requested, parked, again).when({ type: 'RequestRedelivery' }).thenFails('delivery-not-parked');
    given().when({ type: 'RequestRedelivery' }).thenFails('not-found');
  });

  it('tells the state of its payment when it changes', () => {
    const amount = { amountMinor: 65885, currency: 'SEK' };
    const read = (status: 'pending' | 'approved' | 'captured', refundedMinor: number) => ({
      paymentReference: 'c-1',
      status,
      amount,
      refundedMinor,
    });
    const told = (status: 'approved' | 'captured', refundedMinor: number): ForwardingEvent => ({
      type: 'PaymentStatusRead',
      data: { processorId: 'payson', orderId, ...read(status, refundedMinor) },
    });
    const history = [requested, opened, completed];
    given(...history)
      .when({ type: 'ObservePayment', ...read('pending', 0) })
      .then();
    given(...history)
      .when({ type: 'ObservePayment', ...read('approved', 0) })
      .then(told('approved', 0));
    given(...history, told('approved', 0))
      .when({ type: 'ObservePayment', ...read('approved', 0) })
      .then();
    given(...history, told('captured', 0))
      .when({ type: 'ObservePayment', ...read('captured', 12990) })
      .then(told('captured', 12990));
  });

  it('answers an erasure once', () => {
    const erase: ForwardingEvent = {
      type: 'ForwardingRequested',
      data: { processorId: 'payson', intent: 'eraseSubject', orderId: null, fields: [] },
    };
    const answer = { requestId: orderId, answer: 'notSupported', reason: 'manual' } as const;
    const answered: ForwardingEvent = { type: 'ErasureAnswered', data: { processorId: 'payson', ...answer } };
    given(erase)
      .when({ type: 'AnswerErasure', ...answer })
      .then(answered);
    given(erase, answered)
      .when({ type: 'AnswerErasure', ...answer })
      .then();
  });
});

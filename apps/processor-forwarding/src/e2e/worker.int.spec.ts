import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConsentChoice } from '@dittoo/contracts';
import { newId, streamName, type Uuid } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { until } from '@dittoo/platform/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startStage, type Stage } from './stage.js';

const stages: Stage[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const staged = async (...options: Parameters<typeof startStage>): Promise<Stage> => {
  const stage = await startStage(...options);
  stages.push(stage);
  return stage;
};

type Document = { processors: { payson: { agreements: { validTo?: string }[]; purposes: { fields: string[] }[] } } };

/** The shipped register with one thing changed. */
const registerWith = (change: (register: Document) => void): Record<string, string> => {
  const { digest: _digest, ...shipped } = structuredClone(loadRegister());
  const register = shipped as unknown as Document;
  change(register);
  const folder = mkdtempSync(join(tmpdir(), 'dittoo-register-'));
  folders.push(folder);
  writeFileSync(join(folder, 'register.json'), JSON.stringify(register));
  return { PROCESSOR_REGISTER_FILE: join(folder, 'register.json') };
};

const consent = (subjectId: Uuid): ConsentChoice => ({
  recordId: subjectId,
  purpose: 'personnummer',
  noticeVersion: '2026-11-01',
  noticeDigest: '0'.repeat(64),
  language: 'sv',
  method: 'myAccount',
});

/** A buyer with a recorded number and a consent to use it. */
const consenting = async (stage: Stage): Promise<Uuid> => {
  const subjectId = newId();
  const recorded = { number: '197001011234', ground: 'consent' };
  await stage.append(streamName('dataSubject', subjectId), subjectId, { type: 'PersonnummerRecorded', data: recorded });
  await stage.append(streamName('consent', subjectId), subjectId, { type: 'ConsentGiven', data: consent(subjectId) });
  return subjectId;
};

describe('the gate, at every attempt', () => {
  it('refuses the whole forwarding for one field that the register does not grant', async () => {
    const env = registerWith(({ processors }) => {
      const [payment] = processors.payson.purposes;
      payment!.fields = payment!.fields.filter((field) => field !== 'phone');
    });
    const stage = await staged({}, env);
    const { orderId } = await stage.placeOrder();
    const refused = await stage.waitFor('openPayment', orderId, 'ForwardingRefused');
    expect(refused).toMatchObject({ reason: 'fieldNotAllowed', fields: ['phone'], purpose: 'payment' });
    expect(stage.received('POST')).toEqual([]);
  });

  it('refuses when the agreement has ended', async () => {
    const env = registerWith(({ processors }) => {
      processors.payson.agreements[1]!.validTo = '2026-01-31';
    });
    const stage = await staged({}, env);
    const { orderId } = await stage.placeOrder();
    expect(await stage.waitFor('openPayment', orderId, 'ForwardingRefused')).toMatchObject({
      reason: 'noAgreementInForce',
    });
    expect(stage.received('POST')).toEqual([]);
  });

  it('sends under a consent and records it, and stops at its withdrawal between retries', async () => {
    const stage = await staged();
    const subjectId = await consenting(stage);
    const facts = { personnummerGround: 'consent' } as const;
    const first = await stage.placeOrder({ subjectId, facts });
    await stage.waitFor('openPayment', first.orderId, 'ForwardingCompleted');
    const ledger = (await stage.eventsOf('openPayment', first.orderId)).filter(({ type }) => type === 'DataDisclosed');
    expect(ledger.map(({ data }) => data)).toMatchObject([
      { purpose: 'payment' },
      { purpose: 'personnummer', legalBasis: 'consent', consentRecordId: subjectId, consentRevision: '0' },
    ]);

    await stage.plantFault({
      method: 'POST',
      path: '/Checkouts',
      kind: 'status',
      status: 429,
      retryAfter: '1',
      times: 1,
    });
    const second = await stage.placeOrder({ subjectId, facts });
    await stage.waitFor('openPayment', second.orderId, 'AttemptFailed');
    const { purpose, method } = consent(subjectId);
    const withdrawn = { recordId: subjectId, purpose, method };
    await stage.append(streamName('consent', subjectId), subjectId, { type: 'ConsentWithdrawn', data: withdrawn });
    expect(await stage.waitFor('openPayment', second.orderId, 'ForwardingRefused')).toMatchObject({
      reason: 'consentMissing',
      purpose: 'personnummer',
    });
    expect(stage.received('POST', second.orderId)).toHaveLength(1);
  });

  it('is passed again when an officer requests redelivery', async () => {
    const stage = await staged();
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'status', status: 400 });
    const { orderId, subjectId } = await stage.placeOrder();
    await stage.waitFor('openPayment', orderId, 'ForwardingParked');
    const { forwarding_id: id } = (await stage.rows('SELECT forwarding_id FROM forwarding.payson_item'))[0] as {
      forwarding_id: string;
    };
    // The erasure reaches the stream; whether its intake or the officer is first, nothing may be sent.
    const requestId = newId();
    await stage.append(streamName('dataSubject', subjectId), subjectId, {
      type: 'ErasureRequested',
      data: { requestId },
    });
    const authorization = await stage.service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    const answer = await fetch(`${stage.service.url}/api/v1/compliance/deliveries/${id}/redelivery`, {
      method: 'POST',
      headers: { authorization },
    });
    expect([202, 409]).toContain(answer.status);
    await stage.waitFor('eraseSubject', requestId, 'ErasureAnswered');
    expect((await stage.eventsOf('openPayment', orderId)).at(-1)!.type).toMatch(
      /ForwardingCancelled|ForwardingRefused/,
    );
    expect(stage.received('POST', orderId)).toHaveLength(1);
  });
});

describe('an erasure', () => {
  it('cancels items that wait for their next attempt', async () => {
    const stage = await staged({ tuning: { retryBaseMs: 60_000, retryCapMs: 60_000 } });
    await stage.plantFault({ method: 'POST', path: '/Checkouts', kind: 'status', status: 429, retryAfter: '60' });
    const { orderId, subjectId } = await stage.placeOrder();
    await stage.waitFor('openPayment', orderId, 'AttemptFailed');
    const requestId = newId();
    await stage.append(streamName('dataSubject', subjectId), subjectId, {
      type: 'ErasureRequested',
      data: { requestId },
    });
    expect(await stage.waitFor('openPayment', orderId, 'ForwardingCancelled')).toMatchObject({
      reason: 'subjectErased',
    });
    expect(stage.received('POST', orderId)).toHaveLength(1);
  });
});

describe('refused credentials', () => {
  it('open the breaker at once, use up no attempt, and are shown to officers', async () => {
    const stage = await staged({ apiKey: 'wrong', tuning: { breakerPauseMs: 60_000 } });
    const { orderId } = await stage.placeOrder();
    expect(await stage.waitFor('openPayment', orderId, 'AttemptFailed')).toMatchObject({ failure: 'http-401' });
    const authorization = await stage.service.bearer({ subjectId: newId(), role: 'complianceOfficer' });
    const health = async () => {
      const url = `${stage.service.url}/api/v1/compliance/processors/payson/health`;
      return (await (await fetch(url, { headers: { authorization } })).json()) as Record<string, unknown>;
    };
    await until(async () => (await health())['queueDepth'] === 1);
    expect(await health()).toMatchObject({ processorId: 'payson', connected: true, breaker: 'open', parked: 0 });
    const other = await stage.placeOrder();
    await stage.waitFor('openPayment', other.orderId, 'ForwardingRequested');
    await until(async () => (await health())['queueDepth'] === 2);
    expect(stage.received('POST')).toHaveLength(1);
    expect(await stage.rows('SELECT attempt FROM forwarding.payson_lane WHERE attempt > 0')).toEqual([]);
    const metrics = await stage.service.platform.metrics.metrics();
    expect(metrics).toContain('dittoo_forwarding_breaker_open{processor="payson"} 1');
    expect(metrics).toContain('dittoo_forwarding_queue_depth{processor="payson"} 2');
  });
});

describe('a lost callback', () => {
  it('does not lose the payment: a pending one is polled, and a reserved one seldom', async () => {
    const stage = await staged({ tuning: { watchPauseMs: 100 } }, { PUBLIC_URL: 'http://shop.example.org' });
    const { orderId } = await stage.placeOrder();
    const { paymentReference } = await stage.waitFor('openPayment', orderId, 'CheckoutOpened');
    await stage.decide(paymentReference, 'approve');
    expect(await stage.waitFor('openPayment', orderId, 'PaymentStatusRead')).toMatchObject({ status: 'approved' });
    const hours = 'extract(epoch FROM next_at - now()) / 3600 AS hours';
    const watched = await until(async () => (await stage.rows(`SELECT ${hours} FROM forwarding.payment_watch`))[0]);
    await until(
      async () => Number((await stage.rows(`SELECT ${hours} FROM forwarding.payment_watch`))[0]!['hours']) > 5,
    );
    expect(watched).toBeDefined();
  });
});

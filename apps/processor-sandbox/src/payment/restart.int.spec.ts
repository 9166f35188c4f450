/* Promised: a page of a payment is where it was after a restart; where its port is taken, what is still open has ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sandboxMondido, startProcessorSandbox, type ProcessorSandbox } from '../processor-sandbox.module.js';
import { requestHash } from '../mondido/transaction.js';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'dittoo-sandbox-'));
});
const started: ProcessorSandbox[] = [];
let occupant: Server | undefined;
afterEach(async () => {
  for (const sandbox of started.splice(0)) await sandbox.close();
  occupant?.close();
  rmSync(stateDir, { recursive: true });
});

const payson = { agentId: 'agent', apiKey: 'key' };
const start = async (): Promise<ProcessorSandbox> => {
  const sandbox = await startProcessorSandbox({ host: '127.0.0.1', payson, stateDir });
  started.push(sandbox);
  return sandbox;
};
const portOf = ({ urls }: ProcessorSandbox): number => Number(new URL(urls.payson).port);
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

const address = 'http://127.0.0.1:9/nothing';
const checkout = {
  order: { currency: 'sek', items: [{ name: 'Lamp', unitPrice: 125, quantity: 1, taxRate: 0.25, reference: 'LAMP' }] },
  merchant: {
    termsUri: address,
    checkoutUri: address,
    confirmationUri: address,
    notificationUri: address,
    reference: 'o-1',
  },
};
const call = async (url: string, authorization: string, body?: string, type = 'application/json') => {
  // Each on a connection of its own: a kept one is to the process before.
  const headers = { authorization, 'content-type': type, connection: 'close' };
  return (await fetch(url, { headers, ...(body === undefined ? {} : { method: 'POST', body }) })).json() as Promise<{
    id: string;
    status: string;
  }>;
};
const open = async ({ urls }: ProcessorSandbox) => {
  const created = await call(`${urls.payson}Checkouts`, basic('agent', 'key'), JSON.stringify(checkout));
  const { merchantId, password } = sandboxMondido;
  const hashed = { paymentRef: 'o-1', customerRef: '', amountMinor: 12500, currency: 'sek', test: false };
  const form = new URLSearchParams({
    merchant_id: merchantId,
    amount: '125.00',
    currency: 'sek',
    payment_ref: 'o-1',
    hash: requestHash(sandboxMondido, hashed),
    process: 'false',
    authorize: 'true',
    success_url: address,
    error_url: address,
  });
  const type = 'application/x-www-form-urlencoded';
  const transaction = await call(`${urls.mondido}transactions`, basic(merchantId, password), String(form), type);
  return { checkoutId: created.id, transactionId: transaction.id };
};
type Opened = Awaited<ReturnType<typeof open>>;
const statusesOf = async ({ urls }: ProcessorSandbox, { checkoutId, transactionId }: Opened) => {
  const { merchantId, password } = sandboxMondido;
  const [first, second] = await Promise.all([
    call(`${urls.payson}Checkouts/${checkoutId}`, basic('agent', 'key')),
    call(`${urls.mondido}transactions/${transactionId}`, basic(merchantId, password)),
  ]);
  return [first.status, second.status];
};

describe('a payment that is open', () => {
  it('is at the same address after a restart', async () => {
    const first = await start();
    const opened = await open(first);
    await started.pop()?.close();
    const second = await start();
    expect(portOf(second)).toBe(portOf(first));
    expect(await statusesOf(second, opened)).toEqual(['created', 'pending']);
  });

  it('has ended where that address is taken', async () => {
    const first = await start();
    const opened = await open(first);
    await started.pop()?.close();
    const taken = createServer();
    occupant = taken;
    await new Promise<void>((resolve) => taken.listen(portOf(first), '127.0.0.1', resolve));
    const second = await start();
    expect(portOf(second)).not.toBe(portOf(first));
    expect(await statusesOf(second, opened)).toEqual(['expired', 'failed']);
  });
});

import { schemaMap, type ForwardingEvent, type OrderEvents } from '@dittoo/contracts';
import { newId, streamName, type DomainEvent, type Uuid } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { sandboxMondido, startProcessorSandbox, type ProcessorSandbox } from '@dittoo/processor-sandbox';
import type { ForwardingOptions, ForwardingTuning } from '../processor-forwarding.config.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { processorForwardingServiceWith } from '../processor-forwarding.module.js';

export type Fault = { method?: string; path?: string; kind: string } & Record<string, string | number>;

/** Forwarding alone on a database of its own, and the sandbox it forwards to. */
export interface Stage {
  readonly service: TestService;
  readonly sandbox: ProcessorSandbox;
  /** Puts an event on the log as the service that decides it would. @returns its id */
  say(stream: string, subjectId: Uuid, event: DomainEvent): Promise<Uuid>;
  /** An order by somebody new, unless told who. */
  place(order?: { subjectId?: Uuid; facts?: Partial<OrderEvents['OrderPlaced']> }): Promise<{
    orderId: Uuid;
    subjectId: Uuid;
  }>;
  /** The forwarding's events so far. */
  told(intent: Parameters<typeof forwardingIdOf>[1], key: string, processorId?: string): Promise<ForwardingEvent[]>;
  /** Waits for an event of that type in the forwarding's stream. */
  hears<Type extends ForwardingEvent['type']>(
    intent: Parameters<typeof forwardingIdOf>[1],
    key: string,
    type: Type,
    processorId?: string,
  ): Promise<Extract<ForwardingEvent, { type: Type }>['data']>;
  plant(fault: Fault): Promise<void>;
  /** Requests of Payson's API about this order or path. */
  received(method: string, orderId?: Uuid): readonly { fields: Readonly<Record<string, unknown>>; path: string }[];
  /** What a buyer does on the payment page. */
  decide(reference: string, decision: string): Promise<void>;
  /** What the mail provider was given, oldest first. */
  mails(to?: string): ReceivedMail[];
  /** Waits for a letter to that address. */
  mailed(to: string): Promise<ReceivedMail>;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface ReceivedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly subject: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

const credentials = { agentId: 'sandbox-agent', apiKey: 'sandbox-key' };

/** Quick, so that what is waited for comes soon. */
const quick: Partial<ForwardingTuning> = {
  retryBaseMs: 40,
  retryCapMs: 200,
  reconcileAfterMs: 20,
  callMs: 700,
  leaseSeconds: 2,
  watchPauseMs: 60_000,
  breakerPauseMs: 150,
  sweepPauseMs: 100,
};

export const order: OrderEvents['OrderPlaced'] = {
  lines: [
    { sku: 'tea-1', name: 'Tea', quantity: 2, unitPriceMinor: 12990, taxRate: 0.12 },
    { sku: 'pot-1', name: 'Pot', quantity: 1, unitPriceMinor: 39905, taxRate: 0.25 },
  ],
  total: { amountMinor: 65885, currency: 'SEK' },
  paymentMethod: 'paysonInvoice',
  personnummerGround: null,
  locale: 'sv',
  buyer: {
    givenName: 'Astrid',
    familyName: 'Exempel',
    address: { street: 'Storgatan 1', postalCode: '111 22', city: 'Stockholm', country: 'SE' },
  },
  recipient: {
    givenName: 'Astrid',
    familyName: 'Exempel',
    address: { street: 'Storgatan 1', postalCode: '111 22', city: 'Stockholm', country: 'SE' },
    email: 'astrid@example.org',
    phone: '+46701740605',
  },
};

export const startStage = async (
  options: Omit<ForwardingOptions, 'payson'> & {
    readonly apiKey?: string;
    readonly withMondido?: boolean;
    readonly withMail?: boolean;
  } = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Stage> => {
  const sandbox = await startProcessorSandbox({
    host: '127.0.0.1',
    payson: credentials,
    notificationDelaysMs: [0],
  } as Parameters<typeof startProcessorSandbox>[0]);
  const payson = { url: sandbox.urls.payson, ...credentials, apiKey: options.apiKey ?? credentials.apiKey };
  const service = await startTestService(
    processorForwardingServiceWith({
      ...options,
      ...(options.withMondido === true ? { mondido: { url: sandbox.urls.mondido, ...sandboxMondido } } : {}),
      ...(options.withMail === true ? { mail: { smtpUrl: sandbox.urls.smtp, imapUrl: sandbox.urls.imap } } : {}),
      payson,
      tuning: { ...quick, ...options.tuning },
    }),
    env,
  );
  const { platform } = service;

  const say: Stage['say'] = async (stream, subjectId, event) => {
    const { purpose, legalBasis, schemaVersion } = schemaMap[event.type as keyof typeof schemaMap];
    const metadata = {
      dataSubjectId: subjectId,
      actor: { kind: 'dataSubject' as const, id: subjectId },
      purpose,
      legalBasis,
      noticeVersion: platform.register.noticeVersion,
      correlationId: newId(),
      causationId: newId(),
      traceparent: null,
      schemaVersion,
      recordedAt: platform.clock.now(),
    };
    const eventId = newId();
    const sealed = await platform.sealer.seal([{ stream, eventId, event, metadata }]);
    let last: bigint | 'no-stream' = 'no-stream';
    for await (const { revision } of platform.store.readStream(stream)) last = revision;
    await platform.store.append(stream, sealed, last);
    return eventId;
  };

  const told: Stage['told'] = async (intent, key, processorId = 'payson') => {
    const events: ForwardingEvent[] = [];
    const stream = streamName('forwarding', forwardingIdOf(processorId, intent, key));
    for await (const { type, data } of platform.store.readStream(stream)) {
      events.push({ type, data } as unknown as ForwardingEvent);
    }
    return events;
  };

  const mails: Stage['mails'] = (to) =>
    sandbox
      .received()
      .filter(({ processor }) => processor === 'oneMail')
      .map(({ body }) => body as ReceivedMail)
      .filter(({ envelope }) => to === undefined || envelope.to.includes(to));

  return {
    service,
    sandbox,
    say,
    told,
    mails,
    mailed: (to) => until(async () => mails(to).at(-1), 20_000),
    place: async ({ subjectId = newId(), facts = {} } = {}) => {
      const orderId = newId();
      await say(streamName('order', orderId), subjectId, { type: 'OrderPlaced', data: { ...order, ...facts } });
      return { orderId, subjectId };
    },
    hears: async (intent, key, type, processorId) =>
      until(async () => {
        const found = (await told(intent, key, processorId)).findLast((event) => event.type === type);
        return found?.data as never;
      }, 20_000),
    plant: async (fault) => {
      const answer = await fetch(`${sandbox.urls.sandbox}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ processor: 'payson', ...fault }),
      });
      if (answer.status !== 201) throw new Error(await answer.text());
    },
    received: (method, orderId) =>
      sandbox
        .received()
        .filter((request) => request.processor === 'payson' && request.method === method)
        .filter((request) => orderId === undefined || request.fields['merchant.reference'] === orderId),
    decide: async (reference, decision) => {
      const url = new URL(`../pay/${reference}`, sandbox.urls.payson);
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ decision }),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    rows: async (sql) => (await platform.pool.query(sql)).rows,
    close: async () => {
      await service.close();
      await sandbox.close();
    },
  };
};

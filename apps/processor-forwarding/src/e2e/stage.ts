import { schemaMap, type ForwardingEvent, type ForwardingEvents, type OrderEvents } from '@dittoo/contracts';
import { newId, recordedAs, streamCategory, streamName, type DomainEvent, type Uuid } from '@dittoo/kernel';
import { startTestService, until, type TestService } from '@dittoo/platform/testing';
import { sandboxMondido, startProcessorSandbox, type ProcessorSandbox } from '@dittoo/processor-sandbox';
import { readForwardingConfig, type ForwardingOptions, type ForwardingTuning } from '../processor-forwarding.config.js';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { processorForwardingServiceWith } from '../processor-forwarding.module.js';
import type { Provider } from '@nestjs/common';
import type { ServiceDefinition } from '@dittoo/platform';

export type Fault = { method?: string; path?: string; kind: string } & Record<string, string | number>;

/** The service alone on its own database, with the sandbox it forwards to. */
export interface Stage {
  readonly service: TestService;
  readonly sandbox: ProcessorSandbox;
  /** Appends an event as the deciding service would. @returns its id */
  append(stream: string, subjectId: Uuid, event: DomainEvent): Promise<Uuid>;
  /** An order by a new person, unless `subjectId` is given. */
  placeOrder(order?: { subjectId?: Uuid; facts?: Partial<OrderEvents['OrderPlaced']> }): Promise<{
    orderId: Uuid;
    subjectId: Uuid;
  }>;
  /** The forwarding's events so far. */
  eventsOf(intent: Parameters<typeof forwardingIdOf>[1], key: string, processorId?: string): Promise<ForwardingEvent[]>;
  /** Waits for an event of that type in the forwarding's stream. */
  waitFor<Type extends ForwardingEvent['type']>(
    intent: Parameters<typeof forwardingIdOf>[1],
    key: string,
    type: Type,
    processorId?: string,
  ): Promise<Extract<ForwardingEvent, { type: Type }>['data']>;
  plantFault(fault: Fault): Promise<void>;
  /** Requests of Payson's API about this order or path. */
  received(method: string, orderId?: Uuid): readonly { fields: Readonly<Record<string, unknown>>; path: string }[];
  /** Acts as the buyer on the payment page. */
  decide(reference: string, decision: string): Promise<void>;
  /** Mails submitted to the provider, oldest first. */
  mailsTo(to?: string): ReceivedMail[];
  /** Waits for a mail to that address. */
  waitForMail(to: string): Promise<ReceivedMail>;
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

/** Short pauses, so that specs are fast. */
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

/** The same service with other providers; of two with one token Nest takes the later. */
const overridden = (providers: readonly Provider[], service: ServiceDefinition): ServiceDefinition => ({
  ...service,
  module: (platform) => {
    const module = service.module(platform);
    return { ...module, providers: [...(module.providers ?? []), ...providers] };
  },
});

export const startStage = async (
  options: Omit<ForwardingOptions, 'payson'> & {
    readonly apiKey?: string;
    readonly withMondido?: boolean;
    readonly withMail?: boolean;
    /** Replaces the module's providers of the same tokens. */
    readonly providers?: readonly Provider[];
  } = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Stage> => {
  const sandbox = await startProcessorSandbox({
    host: '127.0.0.1',
    payson: credentials,
    notificationDelaysMs: [0],
  } as Parameters<typeof startProcessorSandbox>[0]);
  const payson = { url: sandbox.urls.payson, ...credentials, apiKey: options.apiKey ?? credentials.apiKey };
  const { providers = [] } = options;
  const service = await startTestService(
    overridden(
      providers,
      processorForwardingServiceWith(
        readForwardingConfig(
          {
            ...options,
            ...(options.withMondido === true ? { mondido: { url: sandbox.urls.mondido, ...sandboxMondido } } : {}),
            ...(options.withMail === true ? { mail: { smtpUrl: sandbox.urls.smtp, imapUrl: sandbox.urls.imap } } : {}),
            payson,
            tuning: { ...quick, ...options.tuning },
          },
          env,
        ),
      ),
    ),
    env,
  );
  const { platform } = service;

  const append: Stage['append'] = async (given, subjectId, event) => {
    const definition = schemaMap[event.type as keyof typeof schemaMap];
    const { purpose, legalBasis, schemaVersion } = definition;
    // Chooses which of a person's streams the event belongs to.
    const ofPerson = ['customer', 'dataSubject'].includes(streamCategory(given));
    const stream = ofPerson ? streamName(definition.stream, subjectId) : given;
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

  const eventsOf: Stage['eventsOf'] = async (intent, key, processorId = 'payson') => {
    const events: ForwardingEvent[] = [];
    const stream = streamName('forwarding', forwardingIdOf(processorId, intent, key));
    for await (const recorded of platform.store.readStream(stream)) {
      const { type, data } = recordedAs<ForwardingEvents>(recorded);
      events.push({ type, data } as ForwardingEvent);
    }
    return events;
  };

  const mailsTo: Stage['mailsTo'] = (to) =>
    sandbox
      .received()
      .filter(({ processor }) => processor === 'oneMail')
      .map(({ body }) => body as ReceivedMail)
      .filter(({ envelope }) => to === undefined || envelope.to.includes(to));

  return {
    service,
    sandbox,
    append,
    eventsOf,
    mailsTo,
    waitForMail: (to) => until(async () => mailsTo(to).at(-1), 20_000),
    placeOrder: async ({ subjectId = newId(), facts = {} } = {}) => {
      const orderId = newId();
      await append(streamName('order', orderId), subjectId, { type: 'OrderPlaced', data: { ...order, ...facts } });
      return { orderId, subjectId };
    },
    waitFor: async (intent, key, type, processorId) =>
      until(async () => {
        const event = (await eventsOf(intent, key, processorId)).findLast((candidate) => candidate.type === type);
        return event?.data as never;
      }, 20_000),
    plantFault: async (fault) => {
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

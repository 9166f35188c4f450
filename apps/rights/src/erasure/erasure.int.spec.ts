import type { RecordedEvent } from '@dittoo/kernel';
import { Clock, EventStore, EventStoreUnavailable, isErased, KeyRing, newId, Sealer, streamName } from '@dittoo/kernel';
import { ContactDirectory, EmailIndex } from '@dittoo/personal-data';
import { DELIVERY, REGISTER, type Platform } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { RIGHTS_CONFIG, type RightsConfig } from '../rights.config.js';
import { shippedOrder } from '../purchase.fixture.js';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { SubjectRetention } from '../retention/subject-retention.query.js';
import { LegalHolds } from '../legal-hold/legal-holds.query.js';
import { Customers, type KnownCustomer } from '../person/customers.query.js';
import { Orders } from '../person/orders.query.js';
import { ParkedOfPerson } from '../person/parked-of-person.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { refusing, refusingGroup } from '../refusing.fixture.js';
import { Death } from '../death.fixture.js';
import { ErasedKeys } from './erased-keys.js';
import { ErasureExecution } from './erasure-execution.js';
import { ErasureScopes } from './erasure-scopes.query.js';
import { OtherRequests } from './other-requests.js';

/**
 * Promised: an erasure resumes from the events wherever it was interrupted, repeats no effect, and is done only when
 * the keys were verified as destroyed and recipients have answered. Left open here: what the recipients themselves do.
 */
let rights: RightsUnderTest;
let processors: string[];
beforeAll(async () => {
  rights = await startRights();
  processors = Object.keys(rights.service.get<Register>(REGISTER).processors);
});
afterAll(() => rights.close());

const read = async (stream: string): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of rights.service.get<EventStore>(EventStore).readStream(stream)) events.push(event);
  return events;
};

const placeOrder = async (customerId: string): Promise<string> => {
  const orderId = newId();
  await rights.record('order', orderId, customerId, shippedOrder()[0]);
  return orderId;
};
const shipOrder = (customerId: string, orderId: string): Promise<void> =>
  rights.record('order', orderId, customerId, ...shippedOrder().slice(1));
const answer = (customerId: string, requestId: string, processorId: string, how = 'acknowledged') =>
  rights.record('forwarding', newId(), customerId, {
    type: 'ErasureAnswered',
    data: { processorId, requestId, answer: how, reason: 'deleted' },
  });

const ask = (bearer: string, kind = 'erasure') => rights.call('POST', '/me/requests', { bearer, body: { kind } });
const stateOf = async (bearer: string, requestId: string) =>
  (await rights.call('GET', `/me/requests/${requestId}`, { bearer })).body;

describe('an erasure', () => {
  it('is executed when every recipient has answered, and not shown as done before', async () => {
    const { customerId, bearer } = await rights.customer('agneta');
    const asked = await ask(bearer);
    expect(asked.status).toBe(202);
    const { requestId, dueAt } = asked.body;
    expect(asked.headers.get('location')).toBe(`/api/v1/me/requests/${requestId}`);
    const executing = await until(async () => {
      const state = await stateOf(bearer, requestId);
      return state.state === 'executing' && state;
    });
    expect(executing).toMatchObject({ requestId, kind: 'erasure', dueAt, outcome: null });
    expect(executing.recipients).toEqual(processors.map((processorId) => ({ processorId, state: 'asked' })));
    expect((await ask(bearer, 'restriction')).body.code).toBe('subject-erased');
    expect((await ask(bearer)).body).toEqual(asked.body); // still in flight

    for (const processorId of processors.slice(1)) await answer(customerId, requestId, processorId);
    await until(async () => (await stateOf(bearer, requestId)).recipients.at(-1).state === 'acknowledged');
    expect((await stateOf(bearer, requestId)).state).toBe('executing');
    await answer(customerId, requestId, processors[0]!, 'notSupported');
    const done = await until(async () => {
      const state = await stateOf(bearer, requestId);
      return state.state === 'answered' && state;
    });
    expect(done.outcome).toBe('partlyDone');
    expect(done.retained.map(({ category }: { category: string }) => category)).toEqual(['consentEvidence']);

    expect((await rights.call('GET', '/me/processing', { bearer })).body.code).toBe('subject-erased');
    expect((await ask(bearer)).body.code).toBe('subject-erased');
    const opened = await rights.service.get<Sealer>(Sealer).open(await read(streamName('customer', customerId)));
    expect(isErased((opened[0]!.event.data as { email: unknown }).email)).toBe(true);
    // The address no longer leads to the erased customer, and the next customer with it is a new person.
    expect(await rights.service.get<EmailIndex>(EmailIndex).find('agneta@example.org')).toBeNull();
    const { customerId: next } = await rights.customer('agneta');
    expect(await rights.service.get<EmailIndex>(EmailIndex).find('agneta@example.org')).toMatchObject({
      subjectId: next,
    });
  });

  it('keeps the accounting data, and says until when', async () => {
    const { customerId, bearer } = await rights.customer('bo');
    await shipOrder(customerId, await placeOrder(customerId));
    const { requestId } = (await ask(bearer)).body;
    await until(async () => (await stateOf(bearer, requestId)).state === 'executing');
    for (const processorId of processors) await answer(customerId, requestId, processorId);
    const done = await until(async () => {
      const state = await stateOf(bearer, requestId);
      return state.state === 'answered' && state;
    });
    expect(done.outcome).toBe('done');
    const year = Number(rights.service.get<Clock>(Clock).now().slice(0, 4));
    expect(done.retained).toContainEqual({
      category: 'orderAccounting',
      reason: 'bookkeeping',
      until: `${year + 7}-12-31`,
    });
    const states = await rights.service.get<KeyRing>(KeyRing).states(customerId);
    expect(states.get('orderAccounting')).toBe('active');
    expect(states.get('orderDelivery')).toBe('destroyed');
  });

  it('waits for an officer while an order is open', async () => {
    const { customerId, bearer } = await rights.customer('cecilia');
    await shipOrder(customerId, await placeOrder(customerId));
    const open = await placeOrder(customerId);
    const { requestId } = (await ask(bearer)).body;
    await until(async () => (await stateOf(bearer, requestId)).state === 'referred');
    const theirs = await rights.officer();
    const listed = await until(async () => {
      const { body } = await rights.call('GET', '/compliance/requests', { bearer: theirs });
      return body.items.find((item: { requestId: string }) => item.requestId === requestId);
    });
    expect(listed).toMatchObject({ subjectId: customerId, blockers: ['openOrder', 'unpaidInvoice'], detail: null });
    expect(listed.daysLeft).toBeGreaterThan(26);
    const decide = (body: object, who = theirs) =>
      rights.call('POST', `/compliance/requests/${requestId}/decision`, { bearer: who, body });
    expect((await decide({ decision: 'approve' }, bearer)).body.code).toBe('not-allowed');
    expect((await decide({ decision: 'refuse' })).body.code).toBe('invalid-field');
    expect((await decide({ decision: 'partlyRefuse', reason: 'an order is on its way' })).status).toBe(200);
    expect((await decide({ decision: 'approve' })).body.code).toBe('request-not-open');
    await until(async () => (await stateOf(bearer, requestId)).state === 'executing');
    for (const processorId of processors) await answer(customerId, requestId, processorId);
    await until(async () => (await stateOf(bearer, requestId)).outcome === 'partlyDone');
    const keys = await rights.service.get<KeyRing>(KeyRing).keysOf(customerId);
    const left = keys.filter(({ category, state }) => category === 'orderDelivery' && state === 'active');
    expect(left.map(({ scope }) => scope)).toEqual([open]); // data of delivered orders is erased
    expect((await rights.service.get<KeyRing>(KeyRing).states(customerId)).get('profile')).toBe('destroyed');
  });

  it('may be refused, with a reason', async () => {
    const { customerId, bearer } = await rights.customer('david');
    await placeOrder(customerId);
    const { requestId } = (await ask(bearer)).body;
    await until(async () => (await stateOf(bearer, requestId)).state === 'referred');
    const body = { decision: 'refuse', reason: 'the invoice is not paid' };
    const theirs = await rights.officer();
    await rights.call('POST', `/compliance/requests/${requestId}/decision`, { bearer: theirs, body });
    expect((await stateOf(bearer, requestId)).state).toBe('refused');
    expect((await rights.call('GET', '/me/processing', { bearer })).status).toBe(200);
    expect((await ask(bearer)).body.requestId).not.toBe(requestId); // a refused request is not in flight
  });
});

describe('a request', () => {
  it('that no rule can decide has a due date and goes to an officer', async () => {
    const { bearer } = await rights.customer('eva');
    const { requestId } = (await ask(bearer, 'rectification')).body;
    await until(async () => (await stateOf(bearer, requestId)).state === 'referred');
    const list = await until(async () => {
      const { body } = await rights.call('GET', '/me/requests', { bearer });
      return body.items.length > 0 && body;
    });
    expect(list).toMatchObject({ items: [{ requestId, kind: 'rectification' }], nextCursor: null });
  });

  it('is one when it is sent several times at once', async () => {
    const { bearer } = await rights.customer('filip');
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(bearer, 'rectification')));
    expect(new Set(answers.map(({ body }) => body.requestId)).size).toBe(1);
    expect((await ask(bearer, 'portability')).body.requestId).not.toBe(answers[0]!.body.requestId);
  });

  it('is readable by its owner only, and refused when it is malformed', async () => {
    const { bearer } = await rights.customer('gustav');
    const { requestId } = (await ask(bearer, 'access')).body;
    const { bearer: another } = await rights.customer('hanna');
    expect((await stateOf(another, requestId)).code).toBe('not-found');
    expect((await rights.call('GET', `/me/requests/${requestId}`)).body.code).toBe('not-authenticated');
    expect((await ask(another, 'everything')).body.code).toBe('invalid-field');
    expect((await ask(await rights.officer())).body.code).toBe('not-allowed');
    const body = { kind: 'rectification', detail: 'my card is 4111 1111 1111 1111' };
    expect((await rights.call('POST', '/me/requests', { bearer: another, body })).body.code).toBe(
      'card-number-refused',
    );
    expect((await rights.call('GET', '/me/requests?cursor=x', { bearer })).body.code).toBe('invalid-field');
  });
});

describe('an interrupted erasure', () => {
  // A cooling-off of a day keeps the service's own worker away; the spec's execution runs with a clock two days ahead.
  let cooling: RightsUnderTest;
  const refused = new Set<string>();
  const said: object[] = [];
  beforeAll(async () => {
    const env = { ERASURE_COOLING_OFF: 'P1D', ERASURE_RECIPIENT_DEADLINE: 'PT0S' };
    cooling = await startRights(env, 'answering', [refusing(refused)]);
  });
  afterAll(() => cooling.close());

  class InTwoDays extends Clock {
    override now(): string {
      return new Date(Date.parse(cooling.service.get<Clock>(Clock).now()) + 2 * 86_400_000).toISOString();
    }
  }

  /** Reads the customer only after identity has closed the account, so that an erasure ends without waiting. */
  class ClosedCustomers extends Customers {
    override of(subjectId: string): Promise<KnownCustomer | null> {
      return until(async () => {
        const customer = await super.of(subjectId);
        return customer?.status === 'closed' && customer;
      });
    }
  }

  const executionWith = (death: Death): ErasureExecution => {
    const { service } = cooling;
    const clock = new InTwoDays();
    const register = service.get<Register>(REGISTER);
    const streams = service.get<SubjectStreams>(SubjectStreams);
    const orders = service.get<Orders>(Orders);
    const retention = service.get<SubjectRetention>(SubjectRetention);
    return new ErasureExecution(
      death.over(service.get<Commands>(Commands), 'execute'),
      death.over(service.get<DataSubjects>(DataSubjects), 'fence', 'recordKeysDestroyed'),
      new ErasedKeys(death.over(service.get<KeyRing>(KeyRing), 'destroy', 'states'), clock),
      death.over(service.get<EmailIndex>(EmailIndex), 'forget'),
      death.over(service.get<ContactDirectory>(ContactDirectory), 'forget'),
      new ClosedCustomers(service.get(EventStore), service.get(Sealer)),
      death.over(service.get<OtherRequests>(OtherRequests), 'endOf'),
      streams,
      new ParkedOfPerson(
        streams,
        service.get<Platform['delivering']>(DELIVERY),
        pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line) as object) }),
      ),
      new ErasureScopes(orders, retention, service.get<LegalHolds>(LegalHolds), clock, register),
      clock,
      service.get<RightsConfig>(RIGHTS_CONFIG),
      register,
    );
  };
  const alive = (): Death => new Death(Number.POSITIVE_INFINITY, 'before');

  const cooled = async (name: string) => {
    const { customerId, bearer } = await cooling.customer(name);
    const { requestId } = (await cooling.call('POST', '/me/requests', { bearer, body: { kind: 'erasure' } })).body;
    const state = async () => (await cooling.call('GET', `/me/requests/${requestId}`, { bearer })).body;
    await until(async () => (await state()).state === 'approved');
    return { customerId, requestId, state };
  };
  const typesOf = async (stream: string) => {
    const types: string[] = [];
    for await (const { type } of cooling.service.get<EventStore>(EventStore).readStream(stream)) types.push(type);
    return types;
  };

  it.each(['before', 'after'] as const)(
    'ends the same, whichever call it stopped %s',
    async (when) => {
      for (let at = 0, came = true; came; at++) {
        const name = `jonas-${when}-${at}`;
        const { customerId, requestId, state } = await cooled(name);
        const death = new Death(at, when);
        await executionWith(death)
          .advance(requestId)
          .catch((error: unknown) => {
            if (!(error instanceof EventStoreUnavailable)) throw error;
          });
        came = death.came;
        // Only the last call records the end; before it the request is not done.
        const finished = (await typesOf(streamName('rightsRequest', requestId))).includes('ErasureVerified');
        expect((await state()).state === 'answered').toBe(finished);
        await executionWith(alive()).advance(requestId);

        expect((await state()).state).toBe('answered');
        expect((await typesOf(streamName('rightsRequest', requestId))).slice(5)).toEqual([
          ...processors.map(() => 'RecipientAsked'),
          ...processors.map(() => 'RecipientAnswered'),
          'ErasureVerified',
          'RequestAnswered',
        ]);
        const own = await typesOf(streamName('dataSubject', customerId));
        expect(own).toEqual(['ErasureRequested', 'SubjectKeysDestroyed']);
        const states = await cooling.service.get<KeyRing>(KeyRing).states(customerId);
        expect(states.get('profile')).toBe('destroyed');
        expect(await cooling.service.get<EmailIndex>(EmailIndex).find(`${name}@example.org`)).toBeNull();
        if (!came) expect(at).toBe(12); // it was stopped at every call
      }
    },
    60_000,
  );

  it('waits for the end of the cooling-off, and then checks the blockers again', async () => {
    const { customerId, requestId, state } = await cooled('karin');
    await cooling.record('order', newId(), customerId, shippedOrder()[0]);
    await executionWith(alive()).advance(requestId);
    expect((await state()).state).toBe('referred');
    expect(await typesOf(streamName('dataSubject', customerId))).not.toContain('ErasureRequested');
  });

  it('waits while a stream of the person is parked, logs it, and continues after the replay', async () => {
    const { customerId, requestId, state } = await cooled('lena');
    const orderId = newId();
    const stream = streamName('order', orderId);
    refused.add(stream);
    await cooling.record('order', orderId, customerId, ...shippedOrder());
    const delivery = cooling.service.get<Platform['delivering']>(DELIVERY)();
    await until(async () => (await delivery.parkedAmong([stream])).length > 0);

    const again = await executionWith(alive()).advance(requestId);
    expect(Date.parse(again ?? '')).toBeGreaterThan(Date.parse(new InTwoDays().now()));
    expect((await state()).state).toBe('approved');
    expect(await typesOf(streamName('dataSubject', customerId))).toEqual([]);
    expect(said).toEqual([
      expect.objectContaining({
        msg: 'rights.waits-for-parked-streams',
        decision: 'erasure',
        id: requestId,
        subjectId: customerId,
        parked: [{ group: refusingGroup, stream }],
      }),
    ]);

    refused.delete(stream);
    expect(await delivery.replayParked(refusingGroup, stream)).toMatchObject({ waiting: 0, failure: null });
    expect(await executionWith(alive()).advance(requestId)).toBeNull();
    expect((await state()).state).toBe('answered');
    const states = await cooling.service.get<KeyRing>(KeyRing).states(customerId);
    expect([states.get('profile'), states.get('orderAccounting')]).toEqual(['destroyed', 'active']);
    expect(said).toHaveLength(1);
  });
});

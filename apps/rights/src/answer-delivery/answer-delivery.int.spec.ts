import { Clock, EventStore, EventStoreUnavailable, KeyRing, newId, Sealer, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { Commands } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Death } from '../death.fixture.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { officerId, startRights, type RightsUnderTest } from '../rights.fixture.js';
import { AnswerAddress } from './answer-address.js';
import { AnswerDeliveryReactor } from './answer-delivery.reactor.js';
import { AnswerLetters } from './answer-letter.query.js';

/**
 * Promised: an erased person is told. The address of a request outlives the keys of the person and is destroyed once the
 * answer was delivered, wherever the process is stopped; an answer that cannot be sent is on record for an officer. Left
 * open here: the mail itself (processor-forwarding).
 */
let rights: RightsUnderTest;
beforeAll(async () => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S', RESTRICTION_LIFT_NOTICE: 'PT0S' });
});
afterAll(() => rights.close());

const typesOf = async (stream: string): Promise<string[]> => {
  const types: string[] = [];
  for await (const { type } of rights.service.get<EventStore>(EventStore).readStream(stream)) types.push(type);
  return types;
};
const usable = async (subjectId: string): Promise<(string | null)[]> => {
  const keys = await rights.service.get<KeyRing>(KeyRing).keysOf(subjectId);
  return keys.filter(({ category, state }) => category === 'contact' && state === 'active').map(({ scope }) => scope);
};
const ask = async (bearer: string, kind: string, detail?: string): Promise<string> =>
  (await rights.call('POST', '/me/requests', { bearer, body: { kind, detail } })).body.requestId;
const answered = (requestId: string): Promise<unknown> =>
  until(async () => (await typesOf(streamName('rightsRequest', requestId))).includes('RequestAnswered'));
const addressOf = async (requestId: string): Promise<unknown> => {
  const { state } = await rights.service.get<Commands>(Commands).load(rightsRequestDecider, requestId);
  return state.status === 'none' ? null : state.address?.email;
};

describe('the answer to an erasure', () => {
  it('has an address until it was delivered, and so have the requests that the erasure ends', async () => {
    const { customerId, bearer } = await rights.customer('agnes');
    const waiting = await ask(bearer, 'rectification', 'my name is wrong');
    const refused = await ask(bearer, 'objection', 'my own grounds');
    const erasure = await ask(bearer, 'erasure');
    for (const requestId of [erasure, waiting, refused]) await answered(requestId);
    expect((await usable(customerId)).sort()).toEqual([erasure, waiting, refused].sort());
    for (const requestId of [erasure, waiting, refused]) expect(await addressOf(requestId)).toBe('agnes@example.org');
    // Everything else of the person is gone.
    const sealer = rights.service.get<Sealer>(Sealer);
    await expect(sealer.sealValue(customerId, 'contact', ['spec'], 'again')).rejects.toThrow('destroyed');

    for (const requestId of [waiting, refused, erasure]) await rights.answerMailed(requestId);
    await until(async () => (await usable(customerId)).length === 0);
    for (const requestId of [erasure, waiting, refused]) {
      expect((await typesOf(streamName('rightsRequest', requestId))).at(-1)).toBe('AnswerDelivered');
      expect(await addressOf(requestId)).toMatchObject({ erased: true });
    }
    // A restored key ring destroys them again.
    const deeds = await typesOf(streamName('dataSubject', customerId));
    expect(deeds.filter((type) => type === 'SubjectKeysDestroyed')).toHaveLength(4);
  });

  it('is kept for an officer where it cannot be sent, until they have answered themselves', async () => {
    const { customerId, bearer } = await rights.customer('bertil');
    const requestId = await ask(bearer, 'erasure');
    await answered(requestId);
    await rights.answerMailed(requestId, 'refused');
    await until(async () => (await typesOf(streamName('rightsRequest', requestId))).includes('AnswerUndelivered'));
    expect(await usable(customerId)).toEqual([requestId]);
    const officers = await rights.officer(officerId);
    const path = `/compliance/requests/${requestId}`;
    expect((await rights.call('GET', path, { bearer: officers })).body).toMatchObject({
      answerDelivery: 'undelivered',
      answerAddress: 'bertil@example.org',
    });
    const told = await rights.call('POST', `${path}/answer-delivery`, { bearer: officers });
    expect(told.status).toBe(200);
    await until(async () => (await usable(customerId)).length === 0);
    expect((await rights.call('GET', path, { bearer: officers })).body).toMatchObject({
      answerDelivery: 'delivered',
      answerAddress: null,
    });
  });
});

it('one whose mail was given up is an officer`s at once, and delivered after all where it is sent again', async () => {
  const { customerId } = await rights.customer('berit');
  const requestId = await answeredBySpec(customerId);
  const types = () => typesOf(streamName('rightsRequest', requestId));
  await rights.answerMailed(requestId, 'parked');
  const [hour, day] = [3_600_000, 86_400_000];
  const again = await deliveryWith(alive()).advance(requestId);
  expect((await types()).at(-1)).toBe('AnswerUndelivered');
  expect(await usable(customerId)).toContain(requestId); // the address is still there for the officer
  expect(Date.parse(String(again)) - Date.now()).toBeLessThan(hour + 60_000);
  await rights.answerMailed(requestId, 'sentAgain');
  expect(await deliveryWith(alive(), new LaterClock(day)).advance(requestId)).toBeNull();
  expect((await types()).at(-1)).toBe('AnswerDelivered');
  expect(await usable(customerId)).not.toContain(requestId);
});

it('one that was never sent is an officer`s with days left to give it', async () => {
  const { customerId } = await rights.customer('bengt');
  const requestId = await answeredBySpec(customerId);
  const day = 86_400_000;
  expect(await deliveryWith(alive(), new LaterClock(22 * day)).advance(requestId)).not.toBeNull();
  expect((await typesOf(streamName('rightsRequest', requestId))).at(-1)).toBe('AnswerUndelivered');
  expect(await usable(customerId)).toContain(requestId);
  expect(await deliveryWith(alive(), new LaterClock(31 * day)).advance(requestId)).toBeNull();
  expect(await usable(customerId)).not.toContain(requestId);
});

it('the address of a restriction is kept until its end was told', async () => {
  const { customerId, bearer } = await rights.customer('cilla');
  const requestId = await ask(bearer, 'restriction');
  await answered(requestId);
  await rights.answerMailed(requestId);
  const stream = streamName('rightsRequest', requestId);
  await until(async () => (await typesOf(stream)).includes('AnswerDelivered'));
  expect(await usable(customerId)).toContain(requestId);
  expect((await rights.call('POST', `/me/requests/${requestId}/restriction-lift`, { bearer })).status).toBe(202);
  await until(async () => !(await usable(customerId)).includes(requestId));
  expect(await usable(customerId)).toContain(null); // the account's own address stays
});

class LaterClock extends Clock {
  constructor(private readonly ms: number) {
    super();
  }

  override now(): string {
    return new Date(Date.parse(rights.service.get<Clock>(Clock).now()) + this.ms).toISOString();
  }
}

/** Answered without a task of the service, so that only the spec delivers it. */
const answeredBySpec = async (subjectId: string): Promise<string> => {
  const requestId = newId();
  const dueAt = '2999-01-01T00:00:00.000Z';
  await rights.record(
    'rightsRequest',
    requestId,
    subjectId,
    { type: 'RightsRequestReceived', data: { kind: 'access', dueAt, noticeVersion: '2026-11-01', detail: null } },
    { type: 'RequesterAddressNoted', data: { email: 'dora@example.org', language: 'sv' } },
    { type: 'RequesterIdentified', data: { method: 'byOfficer' } },
    { type: 'RequestRefused', data: { reason: 'no' } },
  );
  await until(async () => {
    const { rowCount } = await rights.service.platform.pool.query(
      `DELETE FROM rights.due_task WHERE kind = 'answerDelivery' AND id = $1`,
      [requestId],
    );
    return rowCount === 1;
  });
  return requestId;
};
const deliveryWith = (death: Death, clock: Clock = new LaterClock(0)): AnswerDeliveryReactor => {
  const { service } = rights;
  return new AnswerDeliveryReactor(
    death.over(service.get<Commands>(Commands), 'execute'),
    service.get<AnswerLetters>(AnswerLetters),
    death.over(service.get<AnswerAddress>(AnswerAddress), 'destroy'),
    service.get<DueTasks>(DueTasks),
    clock,
  );
};
const alive = (): Death => new Death(Number.POSITIVE_INFINITY, 'before');

it.each(['before', 'after'] as const)('a delivery that is stopped %s a call ends the same', async (when) => {
  for (let at = 0; at < 2; at++) {
    const { customerId } = await rights.customer(`dora-${when}-${at}`);
    const requestId = await answeredBySpec(customerId);
    await rights.answerMailed(requestId);
    const stopped = deliveryWith(new Death(at, when)).advance(requestId);
    await expect(stopped).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(await deliveryWith(alive()).advance(requestId)).toBeNull();
    expect(await usable(customerId)).toEqual([null]);
    const types = await typesOf(streamName('rightsRequest', requestId));
    expect(types.filter((type) => type === 'AnswerDelivered')).toHaveLength(1);
    const deeds = await typesOf(streamName('dataSubject', customerId));
    expect(deeds).toEqual(['SubjectKeysDestroyed']);
  }
});

it('waits longer each time, and for a month at most: then it is an officer`s', async () => {
  const { customerId } = await rights.customer('erika');
  const requestId = await answeredBySpec(customerId);
  const [minute, day] = [60_000, 86_400_000];
  const pause = async (ms: number): Promise<number> => {
    const clock = new LaterClock(ms);
    const again = await deliveryWith(alive(), clock).advance(requestId);
    return Math.round((Date.parse(String(again)) - Date.parse(clock.now())) / minute);
  };
  expect([await pause(0), await pause(10 * minute), await pause(20 * day)]).toEqual([0, 5, 60]);
  expect(await typesOf(streamName('rightsRequest', requestId))).not.toContain('AnswerUndelivered');
  expect(await deliveryWith(alive(), new LaterClock(31 * day)).advance(requestId)).toBeNull();
  expect((await typesOf(streamName('rightsRequest', requestId))).at(-1)).toBe('AnswerUndelivered');
  expect(await usable(customerId)).toEqual([null]);
});

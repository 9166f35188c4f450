/*
 * Promised: neither a registration, nor a sign-in after it, nor a code tells whether an address is a customer's, is
 * waiting for its owner, or is unknown: same status, same body, same time.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { personNamed, startIdentity, type Answer, type IdentityUnderTest } from '../identity.fixture.js';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

/** Ids and correlation differ from answer to answer. */
const shapeOf = ({ body, headers, status }: Answer) => ({
  status,
  body: { ...body, ...('customerId' in body ? { customerId: 'an id' } : {}) },
  type: headers.get('content-type'),
});

/** Answers and the time each took, one address after the other. */
const timed = async (ask: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> => {
  const begun = performance.now();
  const answer = await ask();
  return { answer, ms: performance.now() - begun };
};

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;

describe('two steps', () => {
  const register = (email: string, password: string) =>
    identity.call('POST', '/customers', { body: { ...personNamed('greta'), email, password } });
  const signIn = (email: string, password: string) => identity.call('POST', '/sessions', { body: { email, password } });
  const rounds = 7;

  it('registering and then signing in look and take the same for a used, a waiting and an unknown address', async () => {
    await identity.customer('used');
    await register('waiting@example.org', 'of another person');
    const times: Record<string, number[]> = {};
    const shapes = new Map<string, Set<string>>();
    const note = (step: string, kind: string, { answer, ms }: { answer: Answer; ms: number }): void => {
      (times[`${step} ${kind}`] ??= []).push(ms);
      shapes.set(step, (shapes.get(step) ?? new Set()).add(JSON.stringify(shapeOf(answer))));
    };
    for (let round = 0; round < rounds; round++) {
      const addresses = { used: 'used', waiting: 'waiting', unknown: `unknown.${round}` };
      for (const [kind, name] of Object.entries(addresses)) {
        const [email, password] = [`${name}@example.org`, `the caller's own, ${round}`];
        note('register', kind, await timed(() => register(email, password)));
        note('signIn', kind, await timed(() => signIn(email, password)));
        const wrong = { email, code: '000000' };
        note('code', kind, await timed(() => identity.call('POST', '/email-confirmations', { body: wrong })));
      }
    }
    for (const [step, seen] of shapes) expect([step, ...seen]).toHaveLength(2);
    for (const step of ['register', 'signIn', 'code']) {
      const medians = ['used', 'waiting', 'unknown'].map((kind) => median(times[`${step} ${kind}`]!));
      // Durations are rounded up to quarters of a second: a difference would be a whole one.
      expect(Math.max(...medians) - Math.min(...medians)).toBeLessThan(125);
    }
  });

  it('the refusal names every reason and points to the mailbox', async () => {
    const { body } = await signIn('nobody@example.org', 'a wrong one');
    expect(body).toMatchObject({ status: 401, code: 'invalid-credentials' });
    expect(body.title).toMatch(/No such account.*wrong password.*not confirmed.*mailbox/s);
  });
});

describe('a code', () => {
  const guess = (email: string) => identity.call('POST', '/email-confirmations', { body: { email, code: '999999' } });

  it('can be tried ten times a day, at a waiting address and at an unknown one alike; the link still works', async () => {
    const { body } = await identity.call('POST', '/customers', { body: personNamed('hedda') });
    const mailed = await identity.mailed(body.customerId);
    for (const email of ['hedda@example.org', 'nobody.waits@example.org']) {
      const statuses = [];
      for (let tries = 1; tries <= 11; tries++) statuses.push((await guess(email)).status);
      expect(statuses).toEqual([...Array(10).fill(400), 429]);
    }
    const right = { email: 'hedda@example.org', code: mailed.code };
    const refused = await identity.call('POST', '/email-confirmations', { body: right });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    const byLink = await identity.call('POST', '/email-confirmations', { body: { token: mailed.token } });
    expect(byLink.status).toBe(200);
  });

  it.each([{}, { email: 'x@example.org' }, { code: '123456' }, { token: 5 }, { email: [], code: '1' }])(
    'needs a token, or an address and a code: %j',
    async (body) => {
      const answer = await identity.call('POST', '/email-confirmations', { body });
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-field']);
    },
  );
});

import { EventStore, KeyRing, streamName } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { until } from '@dittoo/platform/testing';
import { retentionEndsOn } from '@dittoo/processor-register';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RETENTION_RULES, type RetentionRules } from '../retention/retention-rules.js';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';

/** Promised: until identity has closed the person's account, an erasure waits and destroys nothing. */
let rights: RightsUnderTest;
beforeAll(async () => {
  rights = await startRights({ ERASURE_RECIPIENT_DEADLINE: 'PT0S', FISCAL_YEAR_END: '04-30' }, 'silent');
});
afterAll(() => rights.close());

it('is judged by the fiscal year that is configured', () => {
  const { register } = rights.service.get<RetentionRules>(RETENTION_RULES);
  const lastDay = (bookedAt: string) => retentionEndsOn(register, 'orderAccounting', bookedAt);
  expect([lastDay('2026-04-30'), lastDay('2026-05-01')]).toEqual(['2033-12-31', '2034-12-31']);
});

it('stays in execution and destroys nothing, and continues when the account is closed', async () => {
  const { customerId, bearer } = await rights.customer('ingrid');
  const { requestId } = (await rights.call('POST', '/me/requests', { bearer, body: { kind: 'erasure' } })).body;
  const state = async () => (await rights.call('GET', `/me/requests/${requestId}`, { bearer })).body;
  // All recipients have missed their deadline, so only the account is waited for.
  const asked = async () => {
    const { rows } = await rights.service.platform.pool.query<{ due_at: Date }>(
      `SELECT due_at FROM rights.due_task WHERE kind = 'execution' AND id = $1`,
      [requestId],
    );
    return rows[0]?.due_at.getTime() ?? 0;
  };
  await until(async () => (await state()).recipients.some((one: { state: string }) => one.state === 'failed'));
  const first = await asked();
  await until(async () => (await asked()) > first + 1_000);
  expect((await state()).state).toBe('executing');
  const keys = () => rights.service.get<KeyRing>(KeyRing).keysOf(customerId);
  expect((await keys()).map(({ state }) => state)).not.toContain('destroyed');
  expect(await rights.service.get<EmailIndex>(EmailIndex).find('ingrid@example.org')).not.toBeNull();
  const decided: string[] = [];
  const store = rights.service.get<EventStore>(EventStore);
  for await (const { type } of store.readStream(streamName('dataSubject', customerId))) decided.push(type);
  expect(decided).toEqual(['ErasureRequested']);
  // The fence is enough to answer the person.
  const restriction = { bearer, body: { kind: 'restriction' } };
  expect((await rights.call('POST', '/me/requests', restriction)).body.code).toBe('subject-erased');
  expect((await rights.call('GET', '/me/processing', { bearer })).body.code).toBe('subject-erased');

  await rights.record('customer', customerId, customerId, { type: 'AccountClosed', data: { requestId } });
  await until(async () => (await state()).state === 'answered');
  expect((await rights.service.get<KeyRing>(KeyRing).states(customerId)).get('profile')).toBe('destroyed');
  expect(await rights.service.get<EmailIndex>(EmailIndex).find('ingrid@example.org')).toBeNull();
});

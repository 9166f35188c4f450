import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Customers } from '../person/customers.query.js';
import { EndedPeriods } from './ended-periods.js';
import { Clock, newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { Commands } from '@dittoo/service';
import {
  rights,
  startRetention,
  noon,
  recordOn,
  read,
  typesOf,
  lease,
  schedulerAt,
  live,
} from './retention.fixture.js';

/** Promised: the erasure of an unused account is announced and then done, and a use cancels it at any time before. */
beforeAll(() => startRetention());
afterAll(() => rights.close());

describe('an account that nobody uses', () => {
  const years = (day: string, count: number): string => `${Number(day.slice(0, 4)) + count}${day.slice(4)}`;
  const plus = (day: string, days: number): string =>
    new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
  const today = (): string => new Date(rights.service.get<Clock>(Clock).now()).toISOString().slice(0, 10);
  const registered = (subjectId: string) =>
    until(async () => {
      const { rows } = await rights.service.platform.pool.query(
        'SELECT FROM rights.account_activity WHERE subject_id = $1',
        [subjectId],
      );
      return rows.length > 0;
    });

  it('gets a notice 30 days before, and is erased like any other if it stays unused', async () => {
    const { customerId } = await rights.customer('ludvig');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    await live(plus(notice, -1));
    expect(await typesOf(stream)).not.toContain('InactivityNoticed');
    await live(notice);
    const noticed = (await read(stream)).find(({ type }) => type === 'InactivityNoticed')!;
    expect(String(noticed.data['erasesAt']).slice(0, 10)).toBe(years(today(), 2)); // midnight in Sweden is the evening before
    await live(plus(notice, 29));
    expect(await typesOf(stream)).not.toContain('ErasureRequested');
    await live(plus(notice, 30));
    await until(async () => (await typesOf(stream)).includes('SubjectKeysDestroyed'));
    const erasure = (await read(stream)).find(({ type }) => type === 'ErasureRequested')!;
    const request = await read(streamName('rightsRequest', String(erasure.data['requestId'])));
    expect(request[1]!.type).toBe('RequesterAddressNoted'); // nobody asked, and the person is told all the same
    expect(request[2]).toMatchObject({ type: 'RequesterIdentified', data: { method: 'retentionPeriod' } });
    expect(request[0]!.metadata.actor).toEqual({ kind: 'system', id: 'rights.retentionSchedule' });
  });

  it('gets no notice and is not erased during a restriction of processing, and gets the notice afterwards', async () => {
    const { customerId } = await rights.customer('nanna');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    const requestId = newId();
    await recordOn(today(), 'dataSubject', customerId, customerId, 'ProcessingRestricted', { requestId });
    await live(notice);
    await live(plus(notice, 31));
    expect(await typesOf(stream)).not.toContain('InactivityNoticed');
    await recordOn(plus(notice, 31), 'dataSubject', customerId, customerId, 'RestrictionLifted', { requestId });
    await live(plus(notice, 33));
    const noticed = (await read(stream)).find(({ type }) => type === 'InactivityNoticed')!;
    expect(String(noticed.data['erasesAt']) > noon(plus(notice, 62))).toBe(true);
    expect(await typesOf(stream)).not.toContain('ErasureRequested');
  });

  /** Waits until the row has this day and no announcement. */
  const lastUsedIs = (subjectId: string, day: string) =>
    until(async () => {
      const { rows } = await rights.service.platform.pool.query(
        'SELECT FROM rights.account_activity WHERE subject_id = $1 AND last_active_on = $2 AND erases_at IS NULL',
        [subjectId, day],
      );
      return rows.length > 0;
    });
  const usedOn = (subjectId: string, day: string) =>
    recordOn(day, 'customer', subjectId, subjectId, 'AccountUsed', { on: day });

  it('stays if it is used after the notice, and gets a new notice when that use is long ago', async () => {
    const { customerId } = await rights.customer('malin');
    await registered(customerId);
    const stream = streamName('dataSubject', customerId);
    const notice = plus(years(today(), 2), -29);
    await live(notice);
    const used = plus(notice, 10);
    await usedOn(customerId, used);
    await live(plus(notice, 31)); // whether or not the row is up to date
    expect(await typesOf(stream)).toEqual(['InactivityNoticed']);
    await lastUsedIs(customerId, used);
    await live(plus(years(used, 2), -30));
    expect(await typesOf(stream)).toEqual(['InactivityNoticed']);
    await live(plus(years(used, 2), -29));
    expect(await typesOf(stream)).toEqual(['InactivityNoticed', 'InactivityNoticed']);
  });

  it('still has its period when it is used at the moment of the notice', async () => {
    const { customerId } = await rights.customer('moa');
    await registered(customerId);
    const notice = plus(years(today(), 2), -29);
    class UsedAtOnce extends EndedPeriods {
      override async noticeInactivity(subjectId: string, erasesAt: string): Promise<boolean> {
        const told = await super.noticeInactivity(subjectId, erasesAt);
        if (subjectId === customerId) await usedOn(customerId, notice);
        return told;
      }
    }
    const periods = new UsedAtOnce(rights.service.get(Commands), rights.service.get(Customers));
    while (await schedulerAt(notice, undefined, periods).runBatch(await lease()));
    await live(plus(notice, 31));
    await lastUsedIs(customerId, notice);
    expect(await typesOf(streamName('dataSubject', customerId))).toEqual(['InactivityNoticed']);
  });

  it('is judged by the order of the log, not by the day recorded for a use', async () => {
    const [before, after] = [await rights.customer('mats'), await rights.customer('maud')];
    for (const { customerId } of [before, after]) await registered(customerId);
    const used = plus(today(), 1);
    await usedOn(before.customerId, used);
    await lastUsedIs(before.customerId, used);
    const notice = plus(years(used, 2), -29);
    await live(notice);
    await usedOn(after.customerId, plus(today(), -1)); // as after a clock was set back
    await live(plus(notice, 30));
    expect(await typesOf(streamName('dataSubject', after.customerId))).not.toContain('ErasureRequested');
    await until(async () => (await typesOf(streamName('dataSubject', before.customerId))).includes('ErasureRequested'));
  });
});

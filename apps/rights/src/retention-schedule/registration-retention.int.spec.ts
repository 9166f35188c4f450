/*
 * Promised: a registration that nobody confirms leaves nothing that can be read, and an event says so; of one that is
 * confirmed only the number in the form goes, and the customer's own number stays.
 */
import { newId, streamName } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  endedKids,
  lastDayIs,
  live,
  noon,
  read,
  recordOn,
  rights,
  scopesOf,
  startRetention,
  typesOf,
  usable,
} from './retention.fixture.js';

beforeAll(() => startRetention());
afterAll(() => rights.close());

const person = {
  givenName: 'Vera',
  familyName: 'Exempelsson',
  email: 'vera@example.org',
  phone: null,
  address: null,
  passwordHash: 'a hash',
  locale: 'sv',
};
const number = { number: '197010632391', ground: 'secureIdentification' };

/** As identity records it. @returns the person and the event that holds the number of the form */
const register = async (day: string, expires: string): Promise<{ subjectId: string; form: string }> => {
  const subjectId = newId();
  await recordOn(day, 'customer', subjectId, subjectId, 'RegistrationReceived', {
    ...person,
    personnummer: number.number,
    personnummerGround: number.ground,
    choices: null,
    noticeVersion: 'v1',
    noticeDigest: 'd1',
    token: 't',
    code: '012345',
    expiresAt: noon(expires),
  });
  await lastDayIs('contact', subjectId, expires);
  const [form] = await read(streamName('customer', subjectId));
  return { subjectId, form: form!.eventId };
};

it('ends by itself where nobody confirms it', async () => {
  const { subjectId } = await register('2026-11-22', '2026-11-24');
  await live('2026-11-24');
  expect((await usable(subjectId)).map(({ category }) => category).toSorted()).toEqual([
    'contact',
    'personnummer',
    'profile',
  ]);
  await live('2026-11-25');
  expect(await usable(subjectId)).toEqual([]);
  expect(await typesOf(streamName('dataSubject', subjectId))).toEqual(['SubjectKeysDestroyed']);
  expect((await endedKids(subjectId))[0]).toHaveLength(3);
});

it('ends at once where another registration of the address was confirmed', async () => {
  const { subjectId } = await register('2026-11-22', '2026-11-24');
  await recordOn('2026-11-23', 'customer', subjectId, subjectId, 'RegistrationEnded', { reason: 'addressTaken' });
  await lastDayIs('contact', subjectId, '2026-11-22');
  await live('2026-11-23');
  expect(await usable(subjectId)).toEqual([]);
});

it('keeps what the customer gave once the address is confirmed, but for the number in the form', async () => {
  const { form, subjectId } = await register('2026-11-22', '2026-11-24');
  await recordOn('2026-11-23', 'customer', subjectId, subjectId, 'CustomerRegistered', person);
  await recordOn('2026-11-23', 'customer', subjectId, subjectId, 'PersonnummerRecorded', number);
  await until(async () => {
    const { rows } = await rights.service.platform.pool.query(
      'SELECT FROM rights.account_activity WHERE subject_id = $1',
      [subjectId],
    );
    return rows.length > 0;
  });
  expect(await scopesOf(subjectId, 'personnummer')).toContain(form);
  await live('2026-11-23');
  await live('2026-11-26');
  const [, , recorded] = await read(streamName('customer', subjectId));
  expect(await scopesOf(subjectId, 'personnummer')).toEqual([recorded!.eventId]);
  expect(await scopesOf(subjectId, 'profile')).toHaveLength(1);
  expect(await scopesOf(subjectId, 'contact')).toHaveLength(1);
  // The ground of the customer's own number is not ended with it.
  expect(await typesOf(streamName('dataSubject', subjectId))).not.toContain('PersonnummerGroundEnded');
});

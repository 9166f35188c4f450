import { loadRegister } from '@dittoo/processor-register';
import { expect, it } from '@jest/globals';
import type { CopiedEvent } from '../person/subject-events.query.js';
import { accessCopyOf, all, inMemory, portabilityCopyOf } from './copy-in-memory.fixture.js';
import { inOrderOf } from './joined-lives.js';

/** Promised: a copy covers what the same person wrote without an account, in the order of the log, each event once. */
const register = loadRegister();
const [customer, contact] = ['0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c01', '0f4f2c52-7a53-5a6b-9f5e-5f1f0f6f3c02'];
const at = (position: number, type: string, fields: CopiedEvent['fields'], stream: string): CopiedEvent => ({
  ...{ type, fields, stream, revision: position, position, source: 'dataSubject', eventId: `event-${position}` },
  ...{ recordedAt: `2027-01-${String(position).padStart(2, '0')}T10:00:00.000Z` },
  ...{ purpose: 'customerAccount', legalBasis: 'contract', noticeVersion: null },
});
const own = [
  at(1, 'CustomerRegistered', { givenName: 'Alma', email: 'alma@example.org' }, `customer-${customer}`),
  at(4, 'NameRectified', { givenName: 'Elma', familyName: 'Ek' }, `customer-${customer}`),
];
const asContact = [
  at(2, 'SupportCaseOpened', { body: 'My mug', email: 'alma@example.org' }, `supportCase-${contact}`),
  at(3, 'SupportMessageReceived', { body: 'Any news?' }, `supportCase-${contact}`),
  at(5, 'SupportMessageReceived', { body: 'Thanks' }, `supportCase-${contact}`),
];
const life = (events: readonly CopiedEvent[]) => ({ life: inMemory(events), latest: events });
const joined = [{ subjectId: contact, ...life(asContact) }];

it('merges in the order of the log', async () => {
  const merged = await all(inOrderOf([inMemory(own), inMemory(asContact)]));
  expect(merged.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  const shared = await all(inOrderOf([inMemory(own), inMemory([own[1]!, asContact[2]!]), inMemory([])]));
  expect(shared.map(({ position }) => position)).toEqual([1, 4, 5]);
});

it('has the values, the categories and the history of both, and names the other id', async () => {
  const copy = await accessCopyOf({ requestId: customer, subjectId: customer, register, events: own, joined });
  expect(copy.joinedSubjectIds).toEqual([contact]);
  expect(copy.history.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  const values = copy.categories.flatMap(({ values: all }) => all.map(({ value }) => value));
  expect(values).toEqual(expect.arrayContaining(['Elma', 'My mug', 'Any news?', 'Thanks']));
  expect(copy.categories.map(({ category }) => category)).toContain('support');
  // A last day is that of the subject's own keys: the account's address ends with the account, a message by itself.
  const support = copy.categories.find(({ category }) => category === 'support')!;
  expect(support.values.map(({ keptUntil }) => keptUntil)).toEqual([
    '2030-01-02',
    '2030-01-02',
    '2030-01-03',
    '2030-01-05',
  ]);
  const portable = await portabilityCopyOf({ requestId: customer, subjectId: customer, register, events: own, joined });
  expect(portable.records).toHaveLength(5);
});

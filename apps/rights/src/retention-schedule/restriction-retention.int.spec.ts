import { newId, streamName } from '@dittoo/kernel';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  endedKids,
  lastDayIs,
  live,
  placeOn,
  rights,
  recordOn,
  scopesOf,
  startRetention,
  typesOf,
} from './retention.fixture.js';

/**
 * Promise: data whose processing is restricted are stored, and so nothing of the person is destroyed because its time
 * is over; when the last restriction is lifted, what is due goes. The record does not say on which ground of art. 18(1)
 * it was asked, so every restriction counts.
 */
beforeAll(() => startRetention());
afterAll(() => rights.close());

it('destroys nothing of a restricted person, and what is due after the lift', async () => {
  const [restricted, free] = [newId(), newId()];
  const kept = await placeOn('2026-11-22', restricted);
  const other = await placeOn('2026-11-22', free);
  const [caseId, one, two] = [newId(), newId(), newId()];
  await recordOn('2026-01-10', 'supportCase', caseId, restricted, 'SupportReplied', { body: 'Hej.' });
  await lastDayIs('support', restricted, '2029-01-10');
  for (const scope of [kept, other]) await lastDayIs('orderDelivery', scope, '2029-11-22');
  for (const requestId of [one, two])
    await recordOn('2026-12-01', 'dataSubject', restricted, restricted, 'ProcessingRestricted', { requestId });

  await live('2029-11-23');
  expect(await scopesOf(free, 'orderDelivery')).toEqual([]);
  expect(await scopesOf(restricted, 'orderDelivery')).toEqual([kept]);
  expect(await scopesOf(restricted, 'support')).toHaveLength(1);
  await live('2034-01-01');
  expect(await scopesOf(restricted, 'orderAccounting')).toEqual([kept]);
  expect(await typesOf(streamName('dataSubject', restricted))).toEqual([
    'ProcessingRestricted',
    'ProcessingRestricted',
  ]);

  await recordOn('2034-01-02', 'dataSubject', restricted, restricted, 'RestrictionLifted', { requestId: one });
  await live('2034-01-03');
  expect(await endedKids(restricted)).toEqual([]);
  await recordOn('2034-01-03', 'dataSubject', restricted, restricted, 'RestrictionLifted', { requestId: two });
  await live('2034-01-04');
  for (const category of ['orderDelivery', 'orderAccounting', 'support'] as const)
    expect(await scopesOf(restricted, category)).toEqual([]);
  expect((await endedKids(restricted)).flat()).toHaveLength(3);
});

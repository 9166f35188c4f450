import { setTimeout as sleep } from 'node:timers/promises';
import { newId, type SubjectId } from '@dittoo/kernel';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { RetentionRows } from './retention-rows.js';
import type { RetentionEvent } from './retention-rules.js';

/** Promised: concurrent events of one person never overwrite each other, also of a person without rows. */
let rights: RightsUnderTest;
beforeAll(async () => {
  rights = await startRights();
});
afterAll(() => rights.close());

const event: RetentionEvent = {
  type: 'NewsletterSubscriptionRequested',
  fields: {},
  stream: `newsletter-${newId()}`,
  eventId: newId(),
  recordedAt: '2026-11-22T12:00:00.000Z',
};

it('makes the second event wait for the commit of the first, but no other person’s', async () => {
  const source = rights.service.get<DataSource>(DataSource);
  const rows = rights.service.get<RetentionRows>(RetentionRows);
  const [subjectId, other] = [newId() as SubjectId, newId() as SubjectId];
  const first = source.createQueryRunner();
  await first.connect();
  await first.startTransaction();
  let second: Promise<unknown> | undefined;
  try {
    await rows.load(first.manager, new Map([[subjectId, [event]]]));
    const done: string[] = [];
    second = source.transaction(async (manager) => {
      await rows.load(manager, new Map([[subjectId, [event]]]));
      done.push('second');
    });
    await source.transaction((manager) => rows.load(manager, new Map([[other, [event]]])));
    await sleep(200);
    expect(done).toEqual([]);
    await first.commitTransaction();
    await second;
    expect(done).toEqual(['second']);
  } finally {
    await first.release();
    await second;
  }
});

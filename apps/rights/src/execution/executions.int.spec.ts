import type { DataSubjectEvent, RightsRequestEvent, RightsRequestKind } from '@dittoo/contracts';
import { Clock, EventStore, EventStoreUnavailable, newId, streamName } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Recipients } from '../recipients/recipients.query.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { ErasureExecution } from '../erasure/erasure-execution.js';
import { disclosed } from '../purchase.fixture.js';
import { startRights, type RightsUnderTest } from '../rights.fixture.js';
import { Death } from '../death.fixture.js';
import { Execution } from './execution.js';
import { SubjectCopyFiles } from '../subject-copy/subject-copy-files.js';

/**
 * Promised: a request of any kind resumes from its events wherever it was interrupted, and repeats no effect. Erasure
 * has its own spec. Left open here: what a recipient does when it is notified.
 */
let rights: RightsUnderTest;
beforeAll(async () => {
  rights = await startRights();
});
afterAll(() => rights.close());

const typesOf = async (category: string, id: string): Promise<string[]> => {
  const types: string[] = [];
  const store = rights.service.get<EventStore>(EventStore);
  for await (const { type } of store.readStream(streamName(category, id))) types.push(type);
  return types;
};

/** Approved for a distant time, so that only the spec executes it. */
const approvedRequest = async (subjectId: string, kind: RightsRequestKind): Promise<string> => {
  const requestId = newId();
  const never = '2999-01-01T00:00:00.000Z';
  const events: RightsRequestEvent[] = [
    { type: 'RightsRequestReceived', data: { kind, dueAt: never, noticeVersion: '2026-11-01', detail: null } },
    { type: 'RequestApproved', data: { by: 'officer', executeAfter: never } },
  ];
  await rights.record('rightsRequest', requestId, subjectId, ...events);
  return requestId;
};

const disclose = (subjectId: string): Promise<void> =>
  rights.record('forwarding', newId(), subjectId, disclosed('givenName', 'email', 'orderLines'));

const executionWith = (death: Death): Execution => {
  const { service } = rights;
  return new Execution(
    death.over(service.get<Commands>(Commands), 'execute'),
    death.over(service.get<DataSubjects>(DataSubjects), 'restrict', 'object'),
    death.over(service.get<SubjectCopyFiles>(SubjectCopyFiles), 'prepare'),
    service.get<Recipients>(Recipients),
    service.get<ErasureExecution>(ErasureExecution),
    service.get<DueTasks>(DueTasks),
    service.get<Clock>(Clock),
    service.get<Register>(REGISTER),
  );
};

type Expected = readonly [acts: number, request: RightsRequestEvent['type'][], subject: DataSubjectEvent['type'][]];
const told = ['RecipientAsked', 'RecipientAnswered', 'RequestAnswered'] as const;
const kinds: Readonly<Record<Exclude<RightsRequestKind, 'erasure'>, Expected>> = {
  access: [2, ['CopyPrepared', 'RequestAnswered'], []],
  portability: [2, ['CopyPrepared', 'RequestAnswered'], []],
  restriction: [3, [...told], ['ProcessingRestricted']],
  objection: [2, ['RequestAnswered'], ['ProcessingObjected']],
  rectification: [2, [...told], []],
};

describe.each(['before', 'after'] as const)('a request that is stopped %s a call', (when) => {
  it.each(Object.entries(kinds))(
    'ends the same: %s',
    async (kind, [acts, ofRequest, ofSubject]) => {
      const { customerId } = await rights.customer(`${kind}-${when}`);
      await disclose(customerId);
      const recipients = rights.service.get<Recipients>(Recipients);
      await until(async () => (await recipients.of(customerId)).length > 0);
      for (let at = 0; at <= acts; at++) {
        const before = (await typesOf('dataSubject', customerId)).length;
        const requestId = await approvedRequest(customerId, kind as RightsRequestKind);
        const death = new Death(at, when);
        await executionWith(death)
          .advance(requestId)
          .catch((error: unknown) => {
            if (!(error instanceof EventStoreUnavailable)) throw error;
          });
        expect(death.came).toBe(at < acts); // it was stopped at every call
        const finished = at === acts || (when === 'after' && at === acts - 1);
        expect((await typesOf('rightsRequest', requestId)).includes('RequestAnswered')).toBe(finished);
        await executionWith(new Death(Number.POSITIVE_INFINITY, 'before')).advance(requestId);
        expect((await typesOf('rightsRequest', requestId)).slice(2)).toEqual(ofRequest);
        expect((await typesOf('dataSubject', customerId)).slice(before)).toEqual(ofSubject);
      }
    },
    60_000,
  );
});

it('a request of a person who was erased meanwhile ends, and is not retried for ever', async () => {
  const { customerId } = await rights.customer('erased-meanwhile');
  await rights.record('dataSubject', customerId, customerId, {
    type: 'ErasureRequested',
    data: { requestId: newId() },
  });
  const requestId = await approvedRequest(customerId, 'restriction');
  await executionWith(new Death(Number.POSITIVE_INFINITY, 'before')).advance(requestId);
  expect((await typesOf('rightsRequest', requestId)).slice(2)).toEqual(['RequestAnswered']);
  expect(await typesOf('dataSubject', customerId)).not.toContain('ProcessingRestricted');
});

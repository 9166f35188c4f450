import type { ConsentEvent, DataSubjectEvent } from '@dittoo/contracts';
import type { RecordedEvent } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import { standingOf } from './standing.query.js';

type Said = readonly [position: bigint, event: ConsentEvent | DataSubjectEvent];
const recorded = (...said: Said[]): RecordedEvent[] =>
  said.map(([position, event], index) => ({ ...event, revision: BigInt(index), position }) as unknown as RecordedEvent);

const choice = { recordId: 'c-1', purpose: 'marketing', method: 'myAccount' } as const;
const notice = { noticeVersion: 'v', noticeDigest: 'd', language: 'sv' } as const;
const given: ConsentEvent = { type: 'ConsentGiven', data: { ...choice, ...notice } };
const withdrawn: ConsentEvent = { type: 'ConsentWithdrawn', data: choice };
const objected: DataSubjectEvent = {
  type: 'ProcessingObjected',
  data: { requestId: 'r-1', purposes: ['marketing', 'newsletter'] },
};
const restricted = (requestId: string): DataSubjectEvent => ({ type: 'ProcessingRestricted', data: { requestId } });
const lifted = (requestId: string): DataSubjectEvent => ({ type: 'RestrictionLifted', data: { requestId } });
const notYet = -1n;

describe('what stands between a consent and an objection', () => {
  it.each<[string, Said[], Said[], string[]]>([
    ['an objection alone', [], [[1n, objected]], ['marketing', 'newsletter']],
    ['a consent before it', [[1n, given]], [[2n, objected]], ['marketing', 'newsletter']],
    ['a consent after it', [[3n, given]], [[2n, objected]], ['newsletter']],
    [
      'a consent after it, withdrawn',
      [
        [3n, given],
        [4n, withdrawn],
      ],
      [[2n, objected]],
      ['marketing', 'newsletter'],
    ],
    [
      'another objection after that',
      [[3n, given]],
      [
        [2n, objected],
        [4n, objected],
      ],
      ['marketing', 'newsletter'],
    ],
    ['a consent that has no place yet', [[notYet, given]], [[2n, objected]], ['newsletter']],
    ['an objection that has no place yet', [[3n, given]], [[notYet, objected]], ['marketing', 'newsletter']],
    ['neither has a place yet', [[notYet, given]], [[notYet, objected]], ['marketing', 'newsletter']],
  ])('is decided by the log: %s', (_what, consents, subject, expected) =>
    expect(standingOf(recorded(...consents), recorded(...subject)).objected).toEqual(expected),
  );
});

describe('a restriction', () => {
  it('holds until the last one is lifted', () => {
    const history: Said[] = [
      [1n, restricted('r-1')],
      [2n, restricted('r-2')],
      [3n, lifted('r-1')],
    ];
    expect(standingOf([], recorded(...history)).restricted).toBe(true);
    expect(standingOf([], recorded(...history, [4n, lifted('r-2')])).restricted).toBe(false);
  });

  it('still holds while its end is only announced', () => {
    const announced: DataSubjectEvent = {
      type: 'RestrictionLiftAnnounced',
      data: { requestId: 'r-1', liftsAt: '2026-11-25T08:00:00.000Z' },
    };
    expect(standingOf([], recorded([1n, restricted('r-1')], [2n, announced])).restricted).toBe(true);
  });
});

import type { DataSubjectEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { dataSubjectDecider } from './data-subject.decider.js';

const given = deciderSpec(dataSubjectDecider);

const fenced: DataSubjectEvent = { type: 'ErasureRequested', data: { requestId: 'r1' } };
const destroyed: DataSubjectEvent = {
  type: 'SubjectKeysDestroyed',
  data: { requestId: 'r1', keys: [], retained: [] },
};
const keys = [{ kid: 'k', category: 'orderAccounting', fingerprint: 'f' }] as const;
const ended: DataSubjectEvent = { type: 'SubjectKeysDestroyed', data: { requestId: null, keys, retained: [] } };

describe('erasure', () => {
  it('fences the stream once, also of a person who never registered', () => {
    given().when({ type: 'RequestErasure', requestId: 'r1' }).then(fenced);
    given(fenced).when({ type: 'RequestErasure', requestId: 'r2' }).then();
    given(fenced, destroyed).when({ type: 'RequestErasure', requestId: 'r2' }).then();
  });

  it.each([
    { type: 'RestrictProcessing', requestId: 'r2' },
    { type: 'AnnounceLift', requestId: 'r2', liftsAt: '2026-11-23T00:00:00.000Z' },
    { type: 'LiftRestriction', requestId: 'r2', now: '2026-11-23T00:00:00.000Z' },
    { type: 'ObjectToProcessing', requestId: 'r2', purposes: ['marketing'] },
  ] as const)('lets no $type through the fence', (command) => {
    given(fenced).when(command).thenFails('subject-erased');
    given(fenced, destroyed).when(command).thenFails('subject-erased');
  });

  it('is recorded once, with the retained categories and the reasons', () => {
    const retained = [{ category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' }] as const;
    const record = { type: 'RecordKeysDestroyed', requestId: 'r1', keys, retained } as const;
    const recorded: DataSubjectEvent = { type: 'SubjectKeysDestroyed', data: { requestId: 'r1', keys, retained } };
    given(fenced).when(record).then(recorded);
    given(fenced, recorded).when(record).then();
  });

  it('is not recorded by the end of a retention period: the person is still known', () =>
    given(ended)
      .when({ type: 'RestrictProcessing', requestId: 'r2' })
      .then({ type: 'ProcessingRestricted', data: { requestId: 'r2' } }));
});

describe('retention', () => {
  const erasesAt = '2028-11-22T23:00:00.000Z';
  const notice = { type: 'NoticeInactivity', erasesAt } as const;
  const noticed: DataSubjectEvent = { type: 'InactivityNoticed', data: { erasesAt } };

  it('announces the end of an account once per end date, and not after the fence', () => {
    given().when(notice).then(noticed);
    given(noticed).when(notice).then();
    const later = { erasesAt: '2030-11-22T23:00:00.000Z' };
    given(noticed)
      .when({ ...notice, ...later })
      .then({ type: 'InactivityNoticed', data: later });
    given(fenced).when(notice).then();
    given(fenced, destroyed).when(notice).then();
  });

  it('records the destroyed keys, also of a person who was erased long ago', () => {
    for (const history of [[], [noticed], [fenced], [fenced, destroyed]]) {
      given(...history)
        .when({ type: 'RecordRetentionEnded', keys })
        .then(ended);
      given(...history)
        .when({ type: 'RecordRetentionEnded', keys: [] })
        .then();
    }
  });
});

describe('the ground of a personnummer', () => {
  const end = { type: 'EndPersonnummerGround', reason: 'groundEnded', afterRemovals: 1 } as const;

  it('ends with its reason and the number it concerns, and not after the fence: an erasure takes the number', () => {
    given()
      .when(end)
      .then({ type: 'PersonnummerGroundEnded', data: { reason: 'groundEnded', afterRemovals: 1 } });
    given(fenced).when(end).then();
    given(fenced, destroyed).when(end).then();
  });
});

describe('a restriction', () => {
  const liftsAt = '2026-11-25T08:00:00.000Z';
  const restrict = { type: 'RestrictProcessing', requestId: 'r1' } as const;
  const announce = { type: 'AnnounceLift', requestId: 'r1', liftsAt } as const;
  const lift = { type: 'LiftRestriction', requestId: 'r1', now: liftsAt } as const;
  const restricted: DataSubjectEvent = { type: 'ProcessingRestricted', data: { requestId: 'r1' } };
  const announced: DataSubjectEvent = { type: 'RestrictionLiftAnnounced', data: { requestId: 'r1', liftsAt } };
  const lifted: DataSubjectEvent = { type: 'RestrictionLifted', data: { requestId: 'r1' } };

  it('is recorded once per request, with an account or without one', () => {
    given().when(restrict).then(restricted);
    given(restricted).when(restrict).then();
    given(restricted)
      .when({ ...restrict, requestId: 'r2' })
      .then({ type: 'ProcessingRestricted', data: { requestId: 'r2' } });
  });

  it('ends only after it was announced, and not before the announced time', () => {
    given(restricted).when(lift).thenFails('restriction-not-in-force');
    given(restricted).when(announce).then(announced);
    given(restricted, announced)
      .when({ ...announce, liftsAt: '2027-01-01T00:00:00.000Z' })
      .then();
    given(restricted, announced)
      .when({ ...lift, now: '2026-11-25T07:59:59.999Z' })
      .thenFails('restriction-not-in-force');
    given(restricted, announced).when(lift).then(lifted);
    given(restricted, announced, lifted).when(lift).then();
  });

  it('that is not in force cannot be lifted', () => {
    given().when(announce).thenFails('restriction-not-in-force');
    given(restricted, announced, lifted).when(announce).thenFails('restriction-not-in-force');
  });
});

describe('an objection', () => {
  const object = { type: 'ObjectToProcessing', requestId: 'r1', purposes: ['newsletter', 'marketing'] } as const;
  const objected = (requestId: string, ...purposes: string[]): DataSubjectEvent => ({
    type: 'ProcessingObjected',
    data: { requestId, purposes },
  });

  it('is recorded once per request, and again by another: the person may have given consent in between', () => {
    given()
      .when(object)
      .then(objected('r1', 'newsletter', 'marketing'));
    given(objected('r1', 'newsletter', 'marketing'))
      .when(object)
      .then();
    given(objected('r1', 'newsletter', 'marketing'))
      .when({ ...object, requestId: 'r2' })
      .then(objected('r2', 'newsletter', 'marketing'));
    given(objected('r1', 'newsletter')).when(object).then(objected('r1', 'marketing'));
  });
});

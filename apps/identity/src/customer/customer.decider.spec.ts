import type { DataSubjectEvent, DataSubjectEvents } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { customerDecider, type Registration } from './customer.decider.js';

const given = deciderSpec(customerDecider);

const address = { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' };
const person: DataSubjectEvents['CustomerRegistered'] = {
  givenName: 'Anna',
  familyName: 'Exempelsson',
  email: 'anna@example.org',
  phone: null,
  address,
  passwordHash: '$argon2id$…',
  locale: 'sv',
};
const notice = { version: '2026-11-01', digest: 'd1' };
const shown = { noticeVersion: notice.version, noticeDigest: notice.digest, language: 'sv' } as const;
const register: Registration = { type: 'Register', person, notice, choices: null, personnummer: null };

const registered: DataSubjectEvent = { type: 'CustomerRegistered', data: person };
const acknowledged: DataSubjectEvent = { type: 'NoticeAcknowledged', data: shown };
const recorded: DataSubjectEvent = {
  type: 'PersonnummerRecorded',
  data: { number: '197010632391', ground: 'secureIdentification' },
};
const removed: DataSubjectEvent = { type: 'PersonnummerRemoved', data: { reason: 'customer' } };
const fenced: DataSubjectEvent = { type: 'ErasureRequested', data: { requestId: 'r1' } };
const destroyed: DataSubjectEvent = {
  type: 'SubjectKeysDestroyed',
  data: { requestId: 'r1', keys: [], retained: [] },
};

describe('registration', () => {
  it('needs no consent', () => given().when(register).then(registered, acknowledged));

  it('keeps the choices as they came, and the personnummer with its ground', () => {
    const choices = [{ purpose: 'newsletter', given: false }] as const;
    const personnummer = { number: '197010632391', ground: 'secureIdentification' } as const;
    given()
      .when({ ...register, choices, personnummer })
      .then(registered, acknowledged, { type: 'ConsentChoicesCollected', data: { choices, ...shown } }, recorded);
  });

  it('takes a personnummer by consent only with that consent', () => {
    const personnummer = { number: '197010632391', ground: 'consent' } as const;
    given()
      .when({ ...register, personnummer, choices: [{ purpose: 'personnummer', given: false }] })
      .thenFails('personnummer-ground-not-allowed');
    const choices = [{ purpose: 'personnummer', given: true }] as const;
    given()
      .when({ ...register, personnummer, choices })
      .then(
        registered,
        acknowledged,
        { type: 'ConsentChoicesCollected', data: { choices, ...shown } },
        { type: 'PersonnummerRecorded', data: personnummer },
      );
  });

  it('happens once', () => given(registered, acknowledged).when(register).then());

  it('does not come after it was given up', () => {
    const abandoned: DataSubjectEvent = { type: 'RegistrationAbandoned', data: { reason: 'neverCompleted' } };
    given().when({ type: 'AbandonRegistration' }).then(abandoned);
    given(registered).when({ type: 'AbandonRegistration' }).then();
    given(abandoned).when(register).thenFails('conflict');
  });

  it('tells the owner of an address that is used again', () => {
    const repeat = { type: 'RepeatRegistration', noticeVersion: notice.version } as const;
    const repeated: DataSubjectEvent = { type: 'RegistrationRepeated', data: { noticeVersion: notice.version } };
    given(registered).when(repeat).then(repeated);
    given(registered, fenced).when(repeat).then();
  });
});

describe('rectification', () => {
  it('is one event for each thing that changed', () =>
    given(registered)
      .when({
        type: 'RectifyProfile',
        changes: { givenName: 'Anne', phone: '+46701740605', locale: 'en', address: null },
      })
      .then(
        { type: 'NameRectified', data: { givenName: 'Anne', familyName: 'Exempelsson' } },
        { type: 'PhoneRectified', data: { phone: '+46701740605' } },
        { type: 'AddressRectified', data: { address: null } },
        { type: 'LocaleChosen', data: { locale: 'en' } },
      ));

  it('says nothing where nothing changed', () =>
    given(registered)
      .when({
        type: 'RectifyProfile',
        changes: { givenName: 'Anna', phone: null, locale: 'sv', address: { ...address } },
      })
      .then());

  it('is for somebody', () => given().when({ type: 'RectifyProfile', changes: {} }).thenFails('not-found'));
});

describe('another e-mail', () => {
  const change = { email: 'anna.ny@example.org', token: 't1', expiresAt: '2026-11-23T00:00:00.000Z' };
  const requested: DataSubjectEvent = { type: 'EmailChangeRequested', data: change };
  const changed: DataSubjectEvent = { type: 'EmailRectified', data: { email: change.email } };
  const now = '2026-11-22T00:00:00.000Z';
  const confirmed: DataSubjectEvent = { type: 'EmailConfirmed', data: { at: now } };

  it('is used after its token came back, once', () => {
    given(registered)
      .when({ type: 'RequestEmailChange', ...change })
      .then(requested);
    given(registered, requested).when({ type: 'ConfirmEmail', token: 't1', now }).then(changed, confirmed);
    given(registered, requested, changed, confirmed)
      .when({ type: 'ConfirmEmail', token: 't1', now })
      .thenFails('invalid-confirmation-token');
  });

  it('is not used after another token, or too late', () => {
    given(registered, requested)
      .when({ type: 'ConfirmEmail', token: 't2', now })
      .thenFails('invalid-confirmation-token');
    given(registered, requested)
      .when({ type: 'ConfirmEmail', token: 't1', now: change.expiresAt })
      .thenFails('invalid-confirmation-token');
  });

  it('may be their own, to show that it is theirs; shown once, it is not asked again', () => {
    const own = { type: 'RequestEmailChange', ...change, email: 'anna@example.org' } as const;
    const ownRequested: DataSubjectEvent = { type: 'EmailChangeRequested', data: { ...change, email: own.email } };
    given(registered).when(own).then(ownRequested);
    given(registered, ownRequested).when({ type: 'ConfirmEmail', token: 't1', now }).then(confirmed);
    given(registered, ownRequested, confirmed).when(own).then();
    given(registered, ownRequested, confirmed)
      .when({ type: 'ConfirmEmail', token: 't1', now })
      .thenFails('invalid-confirmation-token');
  });
});

describe('personnummer', () => {
  const record = {
    type: 'RecordPersonnummer',
    number: '197010632391',
    ground: 'secureIdentification',
    consentGiven: false,
    afterRemovals: 0,
  } as const;

  it('is recorded with exactly one ground, once', () => {
    given(registered).when(record).then(recorded);
    given(registered, recorded).when(record).then();
  });

  it('is not recorded on a consent that is not there', () =>
    given(registered)
      .when({ ...record, ground: 'consent' })
      .thenFails('personnummer-ground-not-allowed'));

  it('is not sealed under the key of one that was removed meanwhile', () => {
    given(registered, recorded, removed).when(record).thenFails('conflict');
    given(registered, recorded, removed)
      .when({ ...record, afterRemovals: 1 })
      .then(recorded);
  });

  it('is kept, and shown no more, once the consent it stands on is withdrawn', () => {
    const onConsent: DataSubjectEvent = {
      type: 'PersonnummerRecorded',
      data: { number: '197010632391', ground: 'consent' },
    };
    const reveal = { type: 'RevealPersonnummer', purpose: 'to check it', consentStands: true } as const;
    given(registered, onConsent)
      .when(reveal)
      .then({ type: 'PersonnummerRevealed', data: { purpose: 'to check it' } });
    given(registered, onConsent)
      .when({ ...reveal, consentStands: false })
      .thenFails('personnummer-ground-not-allowed');
  });

  it('is shown and removed only where there is one', () => {
    const reveal = { type: 'RevealPersonnummer', purpose: 'to check it', consentStands: false } as const;
    const remove = { type: 'RemovePersonnummer', reason: 'customer' } as const;
    given(registered, recorded)
      .when(reveal)
      .then({ type: 'PersonnummerRevealed', data: { purpose: 'to check it' } });
    given(registered, recorded).when(remove).then(removed);
    given(registered).when(reveal).thenFails('personnummer-not-recorded');
    given(registered, recorded, removed).when(remove).thenFails('personnummer-not-recorded');
  });
});

describe('erasure', () => {
  it('fences the stream once', () => {
    given(registered).when({ type: 'RequestErasure', requestId: 'r1' }).then(fenced);
    given(registered, fenced).when({ type: 'RequestErasure', requestId: 'r2' }).then();
  });

  it('is for who never registered too, and not for a registration that was given up', () => {
    given().when({ type: 'RequestErasure', requestId: 'r1' }).then(fenced);
    given(fenced).when(register).then();
    given({ type: 'RegistrationAbandoned', data: { reason: 'neverCompleted' } })
      .when({ type: 'RequestErasure', requestId: 'r1' })
      .thenFails('not-found');
  });

  it.each([
    { type: 'RectifyProfile', changes: {} },
    { type: 'RequestEmailChange', email: 'x@example.org', token: 't', expiresAt: '2026-11-23T00:00:00.000Z' },
    { type: 'ConfirmEmail', token: 't', now: '2026-11-22T00:00:00.000Z' },
    { type: 'RevealPersonnummer', purpose: 'p', consentStands: true },
    { type: 'RemovePersonnummer', reason: 'customer' },
    { type: 'RestrictProcessing', requestId: 'r2' },
    { type: 'AnnounceLift', requestId: 'r2', liftsAt: '2026-11-23T00:00:00.000Z' },
    { type: 'LiftRestriction', requestId: 'r2', now: '2026-11-23T00:00:00.000Z' },
    { type: 'ObjectToProcessing', requestId: 'r2', purposes: ['marketing'] },
  ] as const)('lets no $type through the fence', (command) => {
    given(registered, recorded, fenced).when(command).thenFails('subject-erased');
    given(registered, recorded, fenced, destroyed).when(command).thenFails('subject-erased');
  });

  it('is recorded once', () => {
    const record = { type: 'RecordKeysDestroyed', requestId: 'r1', keys: [], retained: [] } as const;
    given(registered, fenced).when(record).then(destroyed);
    given(registered, fenced, destroyed).when(record).then();
  });

  it('leaves a customer a customer when only a retention period ended', () =>
    given(registered, { type: 'SubjectKeysDestroyed', data: { requestId: null, keys: [], retained: [] } })
      .when({ type: 'RectifyProfile', changes: { locale: 'en' } })
      .then({ type: 'LocaleChosen', data: { locale: 'en' } }));

  it('folds over fields that can no longer be read', () => {
    const gone = { erased: true, at: '2026-11-22T00:00:00.000Z', requestId: 'r1' } as const;
    const erasedPerson = {
      ...person,
      givenName: gone,
      familyName: gone,
      email: gone,
      passwordHash: gone,
      address: gone,
    };
    given({ type: 'CustomerRegistered', data: erasedPerson }, fenced, destroyed)
      .when({ type: 'RectifyProfile', changes: {} })
      .thenFails('subject-erased');
  });
});

describe('retention', () => {
  const on = '2026-11-22';
  const used: DataSubjectEvent = { type: 'AccountUsed', data: { on } };
  const erasesAt = '2028-11-22T23:00:00.000Z';
  const noticed: DataSubjectEvent = { type: 'InactivityNoticed', data: { erasesAt } };

  it('hears of a use once a day, and at once where the end is announced', () => {
    given(registered).when({ type: 'RecordUse', on }).then(used);
    given(registered, used).when({ type: 'RecordUse', on }).then();
    given(registered, used)
      .when({ type: 'RecordUse', on: '2026-11-23' })
      .then({ type: 'AccountUsed', data: { on: '2026-11-23' } });
    given(registered, used).when({ type: 'RecordUse', on: '2026-11-21' }).then(); // a clock that was moved back
    given(registered, used, noticed).when({ type: 'RecordUse', on }).then(used);
    given(registered, fenced).when({ type: 'RecordUse', on }).then();
    given().when({ type: 'RecordUse', on }).then();
  });

  it('announces the end of an account once, and nobody`s', () => {
    given(registered).when({ type: 'NoticeInactivity', erasesAt }).then(noticed);
    given(registered, noticed).when({ type: 'NoticeInactivity', erasesAt }).then();
    given(registered, noticed, used).when({ type: 'NoticeInactivity', erasesAt }).then(noticed);
    given(registered, fenced).when({ type: 'NoticeInactivity', erasesAt }).then();
    given().when({ type: 'NoticeInactivity', erasesAt }).then();
  });

  it('says which keys ended, also of somebody erased long ago or never a customer', () => {
    const keys = [{ kid: 'k', category: 'orderAccounting', fingerprint: 'f' }];
    const ended: DataSubjectEvent = { type: 'SubjectKeysDestroyed', data: { requestId: null, keys, retained: [] } };
    for (const history of [[], [registered], [registered, fenced, destroyed]]) {
      given(...history)
        .when({ type: 'RecordRetentionEnded', keys })
        .then(ended);
      given(...history)
        .when({ type: 'RecordRetentionEnded', keys: [] })
        .then();
    }
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

  it('holds once for each request, with an account or without one', () => {
    given(registered).when(restrict).then(restricted);
    given().when(restrict).then(restricted);
    given(registered, restricted).when(restrict).then();
    given(registered, restricted)
      .when({ ...restrict, requestId: 'r2' })
      .then({ type: 'ProcessingRestricted', data: { requestId: 'r2' } });
  });

  it('ends only when the person was told, and not before the time they were told', () => {
    given(registered, restricted).when(lift).thenFails('restriction-not-in-force');
    given(registered, restricted).when(announce).then(announced);
    given(registered, restricted, announced)
      .when({ ...announce, liftsAt: '2027-01-01T00:00:00.000Z' })
      .then();
    given(registered, restricted, announced)
      .when({ ...lift, now: '2026-11-25T07:59:59.999Z' })
      .thenFails('restriction-not-in-force');
    given(registered, restricted, announced).when(lift).then(lifted);
    given(registered, restricted, announced, lifted).when(lift).then();
  });

  it('that is not there cannot be lifted', () => {
    given(registered).when(announce).thenFails('restriction-not-in-force');
    given(registered, restricted, announced, lifted).when(announce).thenFails('restriction-not-in-force');
  });

  it('leaves the person`s own corrections possible', () =>
    given(registered, restricted)
      .when({ type: 'RectifyProfile', changes: { locale: 'en' } })
      .then({ type: 'LocaleChosen', data: { locale: 'en' } }));
});

describe('an objection', () => {
  const object = { type: 'ObjectToProcessing', requestId: 'r1', purposes: ['newsletter', 'marketing'] } as const;
  const objected = (requestId: string, ...purposes: string[]): DataSubjectEvent => ({
    type: 'ProcessingObjected',
    data: { requestId, purposes },
  });

  it('is said once for each request, and again by another: there may have been a consent since', () => {
    given(registered)
      .when(object)
      .then(objected('r1', 'newsletter', 'marketing'));
    given(registered, objected('r1', 'newsletter', 'marketing'))
      .when(object)
      .then();
    given(registered, objected('r1', 'newsletter', 'marketing'))
      .when({ ...object, requestId: 'r2' })
      .then(objected('r2', 'newsletter', 'marketing'));
    given(registered, objected('r1', 'newsletter')).when(object).then(objected('r1', 'marketing'));
  });
});

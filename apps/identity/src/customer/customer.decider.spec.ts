import type { CustomerEvent, CustomerEvents } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { customerDecider } from './customer.decider.js';

const given = deciderSpec(customerDecider);

const address = { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' };
const person: CustomerEvents['CustomerRegistered'] = {
  givenName: 'Anna',
  familyName: 'Exempelsson',
  email: 'anna@example.org',
  phone: null,
  address,
  passwordHash: '$argon2id$…',
  locale: 'sv',
};
const registered: CustomerEvent = { type: 'CustomerRegistered', data: person };
const recorded: CustomerEvent = {
  type: 'PersonnummerRecorded',
  data: { number: '197010632391', ground: 'secureIdentification' },
};
const removed: CustomerEvent = { type: 'PersonnummerRemoved', data: { reason: 'customer' } };
const closed: CustomerEvent = { type: 'AccountClosed', data: { requestId: 'r1' } };

describe('rectification', () => {
  it('is one event for each changed field', () =>
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

  it('appends nothing where nothing changed', () =>
    given(registered)
      .when({
        type: 'RectifyProfile',
        changes: { givenName: 'Anna', phone: null, locale: 'sv', address: { ...address } },
      })
      .then());

  it('needs an existing customer', () => given().when({ type: 'RectifyProfile', changes: {} }).thenFails('not-found'));
});

describe('another e-mail', () => {
  const change = { email: 'anna.ny@example.org', token: 't1', code: '123456', expiresAt: '2026-11-23T00:00:00.000Z' };
  const requested: CustomerEvent = { type: 'EmailChangeRequested', data: change };
  const changed: CustomerEvent = { type: 'EmailRectified', data: { email: change.email } };
  const now = '2026-11-22T00:00:00.000Z';
  const confirmed: CustomerEvent = { type: 'EmailConfirmed', data: { at: now } };
  const confirm = { type: 'ConfirmEmail', proof: { token: 't1' }, now } as const;

  it('is used once its token or its code came back, one time', () => {
    given(registered)
      .when({ type: 'RequestEmailChange', ...change })
      .then(requested);
    given(registered, requested).when(confirm).then(changed, confirmed);
    given(registered, requested)
      .when({ ...confirm, proof: { code: '123456' } })
      .then(changed, confirmed);
    given(registered, requested, changed, confirmed).when(confirm).thenFails('invalid-confirmation-token');
  });

  it('is not used with a wrong or expired token or code', () => {
    for (const proof of [{ token: 't2' }, { token: '123456' }, { code: '123457' }, { code: 't1' }])
      given(registered, requested)
        .when({ ...confirm, proof })
        .thenFails('invalid-confirmation-token');
    given(registered, requested)
      .when({ ...confirm, now: change.expiresAt })
      .thenFails('invalid-confirmation-token');
    given(registered).when(confirm).thenFails('invalid-confirmation-token');
  });

  it('that is the current one changes nothing', () =>
    given(registered)
      .when({ type: 'RequestEmailChange', ...change, email: 'anna@example.org' })
      .then());

  it('cannot be confirmed once another account is confirming it', () => {
    const ended: CustomerEvent = { type: 'EmailChangeEnded', data: { reason: 'addressTaken' } };
    given(registered, requested).when({ type: 'LeaveAddress', email: change.email }).then(ended);
    given(registered, requested).when({ type: 'LeaveAddress', email: 'another@example.org' }).then();
    given(registered).when({ type: 'LeaveAddress', email: change.email }).then();
    given(registered, requested, ended).when(confirm).thenFails('invalid-confirmation-token');
  });
});

describe('personnummer', () => {
  const record = {
    type: 'RecordPersonnummer',
    number: '197010632391',
    ground: 'secureIdentification',
    consentGiven: false,
  } as const;

  it('is recorded with exactly one ground, once', () => {
    given(registered).when(record).then(recorded);
    given(registered, recorded).when(record).then();
  });

  it('is not recorded under a consent that was not given', () =>
    given(registered)
      .when({ ...record, ground: 'consent' })
      .thenFails('personnummer-ground-not-allowed'));

  it('may be recorded again after it was removed', () =>
    given(registered, recorded, removed).when(record).then(recorded));

  it('is kept but no longer shown once the consent it was recorded under is withdrawn', () => {
    const onConsent: CustomerEvent = {
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

  it('is shown and removed only where one is recorded', () => {
    const reveal = { type: 'RevealPersonnummer', purpose: 'to check it', consentStands: false } as const;
    const remove = { type: 'RemovePersonnummer' } as const;
    given(registered, recorded)
      .when(reveal)
      .then({ type: 'PersonnummerRevealed', data: { purpose: 'to check it' } });
    given(registered, recorded).when(remove).then(removed);
    given(registered).when(reveal).thenFails('personnummer-not-recorded');
    given(registered, recorded, removed).when(remove).thenFails('personnummer-not-recorded');
  });

  it('is removed when nothing needs it any more, unless another number was recorded by then', () => {
    const end = { type: 'EndPersonnummer', reason: 'groundEnded', afterRemovals: 0, consentStands: false } as const;
    given(registered, recorded)
      .when(end)
      .then({ type: 'PersonnummerRemoved', data: { reason: 'groundEnded' } });
    given(registered, recorded, removed, recorded).when(end).then();
    given(registered).when(end).then();
    given(registered, recorded, closed).when(end).then();
    given().when(end).then();
  });

  it('stays while a renewed consent allows it', () => {
    const onConsent: CustomerEvent = {
      type: 'PersonnummerRecorded',
      data: { number: '197010632391', ground: 'consent' },
    };
    const end = { type: 'EndPersonnummer', reason: 'consentWithdrawn', afterRemovals: 0 } as const;
    given(registered, onConsent)
      .when({ ...end, consentStands: true })
      .then();
    given(registered, onConsent)
      .when({ ...end, consentStands: false })
      .then({ type: 'PersonnummerRemoved', data: { reason: 'consentWithdrawn' } });
  });
});

describe('the end of an account', () => {
  const close = { type: 'CloseAccount', requestId: 'r1' } as const;

  it('is recorded once, and only for an account', () => {
    given(registered).when(close).then(closed);
    given(registered, closed).when(close).then();
    given().when(close).then();
  });

  it.each([
    { type: 'RectifyProfile', changes: {} },
    {
      type: 'RequestEmailChange',
      email: 'x@example.org',
      token: 't',
      code: '1',
      expiresAt: '2026-11-23T00:00:00.000Z',
    },
    { type: 'RecordPersonnummer', number: '197010632391', ground: 'purpose', consentGiven: false },
    { type: 'RevealPersonnummer', purpose: 'p', consentStands: true },
    { type: 'RemovePersonnummer' },
  ] as const)('lets no $type in any more', (command) =>
    given(registered, recorded, closed).when(command).thenFails('subject-erased'),
  );

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
    given({ type: 'CustomerRegistered', data: erasedPerson }, closed)
      .when({ type: 'RectifyProfile', changes: {} })
      .thenFails('subject-erased');
  });
});

describe('the use of an account', () => {
  const on = '2026-11-22';
  const used: CustomerEvent = { type: 'AccountUsed', data: { on } };

  it('is recorded once a day', () => {
    given(registered).when({ type: 'RecordUse', on }).then(used);
    given(registered, used).when({ type: 'RecordUse', on }).then();
    given(registered, used)
      .when({ type: 'RecordUse', on: '2026-11-23' })
      .then({ type: 'AccountUsed', data: { on: '2026-11-23' } });
    given(registered, used).when({ type: 'RecordUse', on: '2026-11-21' }).then(); // a clock that was moved back
    given(registered, closed).when({ type: 'RecordUse', on }).then();
    given().when({ type: 'RecordUse', on }).then();
  });
});

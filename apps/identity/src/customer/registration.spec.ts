/* Promised: a form makes nobody a customer; only what came back from the mailbox in time does, once. */
import type { CustomerEvent, CustomerEvents } from '@dittoo/contracts';
import type { Erased } from '@dittoo/kernel';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { customerDecider, type Registration } from './customer.decider.js';

const given = deciderSpec(customerDecider);

const person: CustomerEvents['CustomerRegistered'] = {
  givenName: 'Anna',
  familyName: 'Exempelsson',
  email: 'anna@example.org',
  phone: null,
  address: { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' },
  passwordHash: '$argon2id$…',
  locale: 'sv',
};
const notice = { version: '2026-11-01', digest: 'd1' };
const shown = { noticeVersion: notice.version, noticeDigest: notice.digest, language: 'sv' } as const;
const question = { token: 't1', code: '012345', expiresAt: '2026-11-24T00:00:00.000Z' };
const register: Registration = { type: 'Register', person, notice, choices: null, personnummer: null, question };
const form: CustomerEvents['RegistrationReceived'] = {
  ...person,
  personnummer: null,
  personnummerGround: null,
  choices: null,
  noticeVersion: notice.version,
  noticeDigest: notice.digest,
  ...question,
};
const received: CustomerEvent = { type: 'RegistrationReceived', data: form };
const registered: CustomerEvent = { type: 'CustomerRegistered', data: person };
const acknowledged: CustomerEvent = { type: 'NoticeAcknowledged', data: shown };
const now = '2026-11-22T00:00:00.000Z';
const confirmed: CustomerEvent = { type: 'EmailConfirmed', data: { at: now } };
const confirm = { type: 'ConfirmEmail', proof: { token: 't1' }, now } as const;

describe('a registration', () => {
  it('needs no consent and is nobody yet', () => {
    given().when(register).then(received);
    given(received).when({ type: 'RecordUse', on: '2026-11-22' }).then();
    given(received).when({ type: 'RectifyProfile', changes: {} }).thenFails('not-found');
    given(received).when({ type: 'CloseAccount', requestId: 'r1' }).then();
    given(received).when({ type: 'RepeatRegistration', noticeVersion: notice.version }).then();
  });

  it('is recorded once', () => given(received).when(register).then());

  it('becomes a customer when its token or its code comes back', () => {
    given(received).when(confirm).then(registered, confirmed, acknowledged);
    given(received)
      .when({ ...confirm, proof: { code: '012345' } })
      .then(registered, confirmed, acknowledged);
  });

  it('is confirmed once, in time, by its own token or code', () => {
    given(received, registered, confirmed, acknowledged).when(confirm).thenFails('invalid-confirmation-token');
    for (const proof of [{ token: 't2' }, { token: '012345' }, { code: 't1' }, { code: '12345' }, { code: '' }])
      given(received)
        .when({ ...confirm, proof })
        .thenFails('invalid-confirmation-token');
    given(received)
      .when({ ...confirm, now: question.expiresAt })
      .thenFails('invalid-confirmation-token');
    given().when(confirm).thenFails('invalid-confirmation-token');
  });

  it('keeps the choices as they came, and the personnummer with its ground, until then', () => {
    const choices = [{ purpose: 'newsletter', given: false }] as const;
    const number = { number: '197010632391', ground: 'secureIdentification' } as const;
    const whole = { ...form, choices, personnummer: number.number, personnummerGround: number.ground };
    given()
      .when({ ...register, choices, personnummer: number })
      .then({ type: 'RegistrationReceived', data: whole });
    given({ type: 'RegistrationReceived', data: whole })
      .when(confirm)
      .then(
        registered,
        confirmed,
        acknowledged,
        { type: 'ConsentChoicesCollected', data: { choices, ...shown } },
        { type: 'PersonnummerRecorded', data: number },
      );
  });

  it('takes a personnummer by consent only with that consent', () => {
    const personnummer = { number: '197010632391', ground: 'consent' } as const;
    given()
      .when({ ...register, personnummer, choices: [{ purpose: 'personnummer', given: false }] })
      .thenFails('personnummer-ground-not-allowed');
    const choices = [{ purpose: 'personnummer', given: true }] as const;
    const whole = { ...form, choices, personnummer: personnummer.number, personnummerGround: personnummer.ground };
    given()
      .when({ ...register, personnummer, choices })
      .then({ type: 'RegistrationReceived', data: whole });
  });

  it('ends when nobody confirmed it, or when another registration of the address is confirmed', () => {
    const late: CustomerEvent = { type: 'RegistrationEnded', data: { reason: 'notConfirmed' } };
    const taken: CustomerEvent = { type: 'RegistrationEnded', data: { reason: 'addressTaken' } };
    const leave = { type: 'LeaveAddress', email: 'anna@example.org' } as const;
    given(received).when({ type: 'EndRegistration' }).then(late);
    given(received).when(leave).then(taken);
    given(received)
      .when({ ...leave, email: 'another@example.org' })
      .then();
    given(received, taken).when(leave).then();
    for (const end of [late, taken]) {
      given(received, end).when(confirm).thenFails('invalid-confirmation-token');
      given(received, end).when({ type: 'EndRegistration' }).then();
      given(received, end).when(register).then();
    }
    given(received, registered, confirmed).when({ type: 'EndRegistration' }).then();
    given(received, registered, confirmed).when(leave).then();
  });

  it('whose keys are gone cannot be confirmed', () => {
    const erased: Erased = { erased: true, at: now, requestId: null };
    given({ type: 'RegistrationReceived', data: { ...form, token: erased, code: erased } })
      .when(confirm)
      .thenFails('invalid-confirmation-token');
  });
});

describe('an address in use', () => {
  it('that is registered again is told to its owner', () => {
    const repeat = { type: 'RepeatRegistration', noticeVersion: notice.version } as const;
    const repeated: CustomerEvent = { type: 'RegistrationRepeated', data: { noticeVersion: notice.version } };
    given(registered).when(repeat).then(repeated);
    given(registered, { type: 'AccountClosed', data: { requestId: 'r1' } })
      .when(repeat)
      .then();
  });
});

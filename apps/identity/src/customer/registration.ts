import type { ConsentPurpose, CustomerEvent, CustomerEvents, PersonnummerGround } from '@dittoo/contracts';
import { DomainError, isErased, type Personal } from '@dittoo/kernel';
import type { ReceivedRegistration } from './customer.js';

export interface Registration {
  readonly type: 'Register';
  readonly person: CustomerEvents['CustomerRegistered'];
  readonly notice: { readonly version: string; readonly digest: string };
  /** `null` = the form sent no choices. */
  readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[] | null;
  readonly personnummer: { readonly number: string; readonly ground: PersonnummerGround } | null;
  /** What is mailed to the address, and until when it works. */
  readonly question: { readonly token: string; readonly code: string; readonly expiresAt: string };
}

/** What came back from the mailbox: the token of the link, or the code that was typed. */
export type Proof = { readonly token: string } | { readonly code: string };

interface Question {
  readonly token: Personal<string>;
  readonly code: Personal<string>;
  readonly until: string;
}

/** @throws DomainError `invalid-confirmation-token` wrong or too late */
export const requireProof = ({ code, token, until }: Question, proof: Proof, now: string): void => {
  const [asked, answered] = 'token' in proof ? [token, proof.token] : [code, proof.code];
  if (isErased(asked) || asked !== answered || until <= now) throw new DomainError('invalid-confirmation-token');
};

/** @throws DomainError `personnummer-ground-not-allowed` the number is to rest on a consent that was not given */
export const received = ({ choices, notice, person, personnummer, question }: Registration): CustomerEvent[] => {
  const consented = choices?.some(({ purpose, given }) => purpose === 'personnummer' && given) === true;
  if (personnummer?.ground === 'consent' && !consented) throw new DomainError('personnummer-ground-not-allowed');
  const data = {
    ...person,
    personnummer: personnummer?.number ?? null,
    personnummerGround: personnummer?.ground ?? null,
    choices,
    noticeVersion: notice.version,
    noticeDigest: notice.digest,
    ...question,
  };
  return [{ type: 'RegistrationReceived', data }];
};

/**
 * The owner of the address says yes: the form becomes a customer, in one append.
 *
 * @throws DomainError `invalid-confirmation-token`
 */
export const confirmed = (registration: ReceivedRegistration, proof: Proof, now: string): CustomerEvent[] => {
  const { code, expiresAt: until, token } = registration;
  requireProof({ token, code, until }, proof, now);
  const { choices, noticeDigest, noticeVersion, personnummer: number, personnummerGround: ground } = registration;
  const { address, email, familyName, givenName, locale, passwordHash, phone } = registration;
  const shown = { noticeVersion, noticeDigest, language: locale };
  const recorded = ground === null || number === null || isErased(number) ? null : { number: number as string, ground };
  return [
    { type: 'CustomerRegistered', data: { givenName, familyName, email, phone, address, passwordHash, locale } },
    { type: 'EmailConfirmed', data: { at: now } },
    { type: 'NoticeAcknowledged', data: shown },
    ...(choices === null ? [] : [{ type: 'ConsentChoicesCollected', data: { choices, ...shown } } as const]),
    ...(recorded === null ? [] : [{ type: 'PersonnummerRecorded', data: recorded } as const]),
  ];
};

import type { Purpose } from '@dittoo/contracts';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { judge, personnummerPurpose, type Asked } from './gate.js';
import type { Standing } from './standing.js';

const register = loadRegister();
const now = '2026-11-22T10:00:00.000Z';
const known: Standing = {
  erased: false,
  restricted: false,
  objected: [],
  consents: {},
  softOptIn: { status: 'none' },
};
const asked = (...purposes: [Purpose, ...string[]][]): Asked => ({
  processorId: 'payson',
  intent: 'openPayment',
  purposes: purposes.map(([purpose, ...fields]) => ({ purpose, fields })),
});
const payment = ['payment', 'givenName', 'email', 'orderLines'] as [Purpose, ...string[]];

describe('the gate', () => {
  it('lets exactly what is granted pass, and says on what it rests', () => {
    expect(judge(register, asked(payment), known, now)).toEqual({
      allowed: true,
      legalEntity: 'Svea Bank AB',
      permissions: [{ purpose: 'payment', fields: payment.slice(1), legalBasis: 'contract', consent: null }],
    });
  });

  it('refuses the whole for one foreign field, and names it', () => {
    const verdict = judge(register, asked([...payment, 'clickId']), known, now);
    expect(verdict).toMatchObject({ allowed: false, reason: 'fieldNotAllowed', fields: ['clickId'] });
  });

  it('refuses a personnummer among the fields of another purpose', () => {
    const verdict = judge(register, asked([...payment, 'personnummer']), known, now);
    expect(verdict).toMatchObject({ allowed: false, reason: 'fieldNotAllowed', fields: ['personnummer'] });
  });

  it('refuses where the agreement is with who no longer runs the service, or not begun', () => {
    const one = { ...register.processors['payson']!, agreements: [register.processors['payson']!.agreements[0]!] };
    const old = { ...register, processors: { ...register.processors, payson: one } };
    expect(judge(old, asked(payment), known, now)).toMatchObject({ reason: 'noAgreementInForce' });
    expect(judge(register, asked(payment), known, '2017-01-01')).toMatchObject({ reason: 'noAgreementInForce' });
  });

  it('refuses a purpose the processor does not serve', () => {
    expect(judge(register, asked(['newsletter', 'email']), known, now)).toMatchObject({
      reason: 'noLegalBasis',
      purpose: 'newsletter',
    });
  });

  it('refuses an unknown processor', () => {
    const stranger = { ...asked(payment), processorId: 'constructor' };
    expect(judge(register, stranger, known, now)).toMatchObject({ reason: 'unknownProcessor' });
  });

  it('asks for a consent where the basis is consent, and only there', () => {
    const both = asked(payment, ['personnummer', 'personnummer']);
    expect(judge(register, both, known, now)).toMatchObject({
      reason: 'consentMissing',
      fields: ['personnummer'],
    });
    const consent = { recordId: 'r-1', revision: '4', since: '2026-11-22T09:00:00.000Z' };
    const verdict = judge(register, both, { ...known, consents: { personnummer: consent } }, now);
    expect(verdict).toMatchObject({
      allowed: true,
      permissions: [{ consent: null }, { legalBasis: 'consent', consent }],
    });
  });

  it('lets nothing personal of an erased person pass, but what is owed to them', () => {
    const erased: Standing = { ...known, erased: true };
    expect(judge(register, asked(payment), erased, now)).toMatchObject({ reason: 'subjectErased' });
    const refund = asked(['refund', 'orderReference', 'amount']);
    expect(judge(register, refund, erased, now)).toMatchObject({ allowed: true });
  });
});

describe('the gate, while processing is restricted', () => {
  const restricted: Standing = { ...known, restricted: true };
  const mail = (purpose: Purpose, ...fields: string[]): Asked => ({
    ...asked([purpose, ...fields]),
    processorId: 'oneMail',
    intent: 'sendMail',
  });

  it('refuses whatever is personal, on whatever basis', () => {
    expect(judge(register, asked(payment), restricted, now)).toMatchObject({
      reason: 'processingRestricted',
      purpose: 'payment',
    });
    const consents = { personnummer: { recordId: 'r-1', revision: '4', since: '2026-11-22T09:00:00.000Z' } };
    const number = asked(['personnummer', 'personnummer']);
    expect(judge(register, number, { ...restricted, consents }, now)).toMatchObject({ reason: 'processingRestricted' });
    expect(judge(register, mail('order', 'givenName', 'email'), restricted, now)).toMatchObject({
      reason: 'processingRestricted',
    });
  });

  it('lets pass what is owed and carries nothing personal, and the answer to a right', () => {
    expect(judge(register, asked(['refund', 'orderReference', 'amount']), restricted, now).allowed).toBe(true);
    expect(judge(register, mail('dataSubjectRights', 'email', 'actionLink'), restricted, now).allowed).toBe(true);
  });
});

describe('the gate, after an objection', () => {
  const ad = (purpose: Purpose): Asked => ({ ...asked([purpose, 'email']), processorId: 'google' });
  const consents = {
    marketing: { recordId: 'r-1', revision: '0', since: '2026-11-22T09:00:00.000Z' },
    adMeasurement: { recordId: 'r-2', revision: '1', since: '2026-11-22T09:00:00.000Z' },
  };

  const { notInUse: _, ...inUse } = register.processors['google']!;
  const advertising = { ...register, processors: { ...register.processors, google: inUse } };

  it('passes nothing to a processor that is not in use, whatever the consent', () => {
    expect(judge(register, ad('adMeasurement'), { ...known, consents }, now)).toMatchObject({
      reason: 'processorNotInUse',
    });
  });

  it('refuses the purpose objected to, and no other', () => {
    const objected: Standing = { ...known, consents, objected: ['marketing'] };
    expect(judge(advertising, ad('marketing'), objected, now)).toMatchObject({
      reason: 'processingObjected',
      fields: ['email'],
      purpose: 'marketing',
    });
    expect(judge(advertising, ad('adMeasurement'), objected, now)).toMatchObject({ allowed: true });
  });
});

describe('the purpose of a personnummer', () => {
  it('follows from the ground, by the register', () => {
    expect(personnummerPurpose(register, 'payson', 'consent')).toBe('personnummer');
    expect(personnummerPurpose(register, 'payson', 'secureIdentification')).toBe('invoiceIdentification');
    expect(personnummerPurpose(register, 'payson', 'purpose')).toBeNull();
    expect(personnummerPurpose(register, 'payson', 'otherWeightyReason')).toBeNull();
  });

  it('is none for a card, whatever the ground', () => {
    for (const ground of ['consent', 'purpose', 'secureIdentification', 'otherWeightyReason'] as const) {
      expect(personnummerPurpose(register, 'mondido', ground)).toBeNull();
    }
  });
});

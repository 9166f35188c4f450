import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fieldFilter } from './field-filter.js';
import { loadRegister, parseRegister } from './load-register.js';
import {
  agreementInForce,
  driftWarnings,
  egressHosts,
  keptSince,
  legalBasisFor,
  legalEntityAt,
  paymentMethods,
  processorForPayment,
  purposeOf,
} from './processors.js';
import { consentPurposes, publicProcessors, publicPurposes } from './public-register.js';
import type { Register } from './register.js';

const register = loadRegister();
const today = '2026-11-22';

const withPayson = (change: (payson: any) => void): Register => {
  const { digest: _digest, ...document } = structuredClone(register);
  change(document.processors['payson']);
  return parseRegister(document);
};

describe('how long a processor keeps', () => {
  it('is counted back from the Swedish day, and a day the month does not have becomes its last', () => {
    expect(keptSince(register, 'oneMail', '2028-02-29T10:00:00Z')).toBe('2025-02-28');
    expect(keptSince(register, 'oneMail', '2026-11-21T23:30:00Z')).toBe('2023-11-22');
  });

  it('is unknown for a processor without a retention period', () => {
    expect(keptSince(register, 'google', '2026-11-22')).toBeNull();
    expect(keptSince(register, 'nobody', '2026-11-22')).toBeNull();
  });
});

describe('the field filter', () => {
  const grants = Object.entries(register.processors).flatMap(([processorId, { purposes }]) =>
    purposes.map((grant) => ({ processorId, ...grant })),
  );
  const everyName = [...Object.keys(register.fields), ...Object.keys(register.nonPersonalFields)];
  const anyName = fc.oneof(
    fc.constantFrom(...everyName),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'Email', 'email ', ''),
    fc.string(),
  );
  const grantAndSome = fc
    .constantFrom(...grants)
    .chain((grant) => fc.tuple(fc.constant(grant), fc.subarray([...grant.fields, ...grant.nonPersonalFields])));

  it('allows any subset of the granted fields', () => {
    fc.assert(
      fc.property(grantAndSome, ([{ processorId, purpose }, some]) => {
        expect(fieldFilter(register, processorId, purpose, some)).toEqual({ allowed: true });
      }),
    );
  });

  it('refuses the whole for one field that is not granted, and names exactly that field', () => {
    fc.assert(
      fc.property(grantAndSome, anyName, fc.nat(), ([grant, some], foreign, place) => {
        fc.pre(!grant.fields.includes(foreign) && !grant.nonPersonalFields.includes(foreign));
        const names = some.toSpliced(place % (some.length + 1), 0, foreign);
        expect(fieldFilter(register, grant.processorId, grant.purpose, names)).toEqual({
          allowed: false,
          refused: [foreign],
          reason: 'field-not-allowed',
        });
      }),
    );
  });

  it('refuses everything for an unknown purpose or processor', () => {
    fc.assert(
      fc.property(anyName, fc.array(anyName), (name, names) => {
        const refusal = { allowed: false, refused: names, reason: 'purpose-not-granted' };
        fc.pre(!grants.some(({ processorId, purpose }) => processorId === name || purpose === name));
        expect(fieldFilter(register, 'payson', name, names)).toEqual(refusal);
        expect(fieldFilter(register, name, 'payment', names)).toEqual(refusal);
      }),
    );
  });

  it('never grants a personnummer for a card payment', () => {
    expect(fieldFilter(register, 'payson', 'invoiceIdentification', ['personnummer'])).toEqual({ allowed: true });
    for (const grant of register.processors['mondido']?.purposes ?? [])
      expect(fieldFilter(register, 'mondido', grant.purpose, ['personnummer'])).toMatchObject({ allowed: false });
    for (const grant of register.processors['google']?.purposes ?? [])
      expect(fieldFilter(register, 'google', grant.purpose, ['street'])).toMatchObject({ allowed: false });
  });
});

describe('legal entities and agreements', () => {
  it('follow the calendar of Stockholm', () => {
    expect(legalEntityAt(register, 'payson', '2022-05-31')?.name).toBe('Payson AB');
    expect(legalEntityAt(register, 'payson', '2022-05-31T21:59:59.999Z')?.name).toBe('Payson AB');
    expect(legalEntityAt(register, 'payson', '2022-05-31T22:00:00.000Z')?.name).toBe('Svea Bank AB');
    expect(legalEntityAt(register, 'mondido', '2026-10-31')?.name).toBe('Mondido Payments AB');
    expect(legalEntityAt(register, 'mondido', today)?.registrationNumber).toBe('559366-9913');
    expect(legalEntityAt(register, 'nobody', today)).toBeNull();
    expect(() => legalEntityAt(register, 'payson', 'soon')).toThrow(RangeError);
    expect(() => legalEntityAt(register, 'payson', '2026-02-30')).toThrow(RangeError);
  });

  it('hold from the day of signing to the last day, both included', () => {
    expect(agreementInForce(register, 'payson', '2018-05-24')).toBeNull();
    expect(agreementInForce(register, 'payson', '2018-05-25')?.reference).toBe('PUB-PAYSON-2018');
    expect(agreementInForce(register, 'payson', today)?.reference).toBe('PUB-PAYSON-2022');
    const ended = withPayson((payson) => (payson.agreements[1].validTo = '2026-11-21'));
    expect(agreementInForce(ended, 'payson', '2026-11-21T22:59:59.000Z')).not.toBeNull();
    expect(agreementInForce(ended, 'payson', '2026-11-21T23:00:00.000Z')).toBeNull();
  });

  it('end with the legal entity that signed', () => {
    const stale = withPayson((payson) => {
      payson.agreements.pop();
      delete payson.agreements[0].validTo;
    });
    expect(agreementInForce(stale, 'payson', '2022-05-31')).not.toBeNull();
    expect(agreementInForce(stale, 'payson', '2022-06-01')).toBeNull();
    expect(publicProcessors(stale, today, 'en')[0]?.agreement).toBeNull();
  });
});

describe('queries of the register', () => {
  it('answers for a purpose', () => {
    expect(legalBasisFor(register, 'payson', 'payment')).toBe('contract');
    expect(legalBasisFor(register, 'payson', 'personnummer')).toBe('consent');
    expect(legalBasisFor(register, 'google', 'adMeasurement')).toBe('consent');
    expect(legalBasisFor(register, 'google', 'payment')).toBeNull();
    expect(purposeOf(register, 'oneMail', 'support')?.fields).toContain('supportBody');
    expect(purposeOf(register, '__proto__', 'support')).toBeNull();
  });

  it('answers for a payment method', () => {
    expect(paymentMethods(register)).toEqual(['paysonInvoice', 'paysonPartPayment', 'mondidoCard']);
    expect(processorForPayment(register, 'paysonInvoice')).toBe('payson');
    expect(processorForPayment(register, 'paysonPartPayment')).toBe('payson');
    expect(processorForPayment(register, 'mondidoCard')).toBe('mondido');
    expect(processorForPayment(register, 'cash')).toBeNull();
  });

  it('names the hosts that services call, not those a browser opens', () => {
    expect(egressHosts(register, 'mondido').map((e) => e.host)).toEqual(['api.mondido.com']);
    expect(egressHosts(register, 'payson', 'test').map((e) => e.host)).toEqual(['test-api.payson.se']);
    expect(egressHosts(register, 'oneMail').map((e) => `${e.host}:${e.port}`)).toEqual([
      'send.one.com:465',
      'imap.one.com:993',
    ]);
    expect(egressHosts(register, 'nobody')).toEqual([]);
  });

  it('has four optional consents', () => {
    expect(consentPurposes(register)).toEqual(['newsletter', 'marketing', 'adMeasurement', 'personnummer']);
    const optional = publicPurposes(register, 'en').filter((purpose) => purpose.optionalConsent);
    expect(optional.flatMap((p) => p.data.map((d) => d.legalBasis))).toEqual(Array(5).fill('consent'));
    expect(optional.map((p) => p.processors)).toEqual([['oneMail'], ['google'], ['google'], ['payson']]);
  });
});

describe('drift', () => {
  const ids = (at: string) => driftWarnings(register, at, 'en').map((warning) => warning.id);

  it('is found by the dates of the register', () => {
    expect(ids('2022-05-31')).not.toContain('legalEntity.payson');
    expect(ids('2022-06-01')).toContain('legalEntity.payson');
    expect(ids('2026-10-31')).not.toContain('legalEntity.mondido');
    expect(driftWarnings(register, today, 'sv')[0]).toEqual({
      id: 'legalEntity.payson',
      processorId: 'payson',
      since: '2022-06-01',
      published: 'Payson AB',
      found: 'Svea Bank AB',
    });
  });

  it('includes the noted differences', () => {
    expect(ids(today)).toEqual(expect.arrayContaining(['thirdParties', 'legalBases', 'complaint', 'googleService']));
    expect(ids('2018-07-23')).not.toContain('googleService');
  });
});

/* Promised: a consent ends when the register says so and not before; by default it does not end by itself. */
import { expect, it } from '@jest/globals';
import { consentEndsAt, someConsentsEnd } from './consent-validity.js';
import { loadRegister, parseRegister } from './load-register.js';

const { digest: _digest, ...document } = loadRegister();
const lasting = (consentValidity: string | null) =>
  parseRegister({
    ...document,
    purposes: { ...document.purposes, newsletter: { ...document.purposes['newsletter'], consentValidity } },
  });

it('holds until it is withdrawn unless the register says otherwise', () => {
  const register = loadRegister();
  expect(someConsentsEnd(register)).toBe(false);
  expect(consentEndsAt(register, 'newsletter', '2026-11-22T10:00:00.000Z')).toBeNull();
  expect(consentEndsAt(register, 'constructor', '2026-11-22T10:00:00.000Z')).toBeNull();
});

it.each([
  ['P24M', '2026-11-22T10:00:00.000Z', '2028-11-22T10:00:00.000Z'],
  ['P1Y', '2028-02-29T23:59:59.999Z', '2029-02-28T23:59:59.999Z'],
  ['P30D', '2026-12-15T00:30:00.000Z', '2027-01-14T00:30:00.000Z'],
])('%s from %s ends at %s', (validity, givenAt, endsAt) => {
  expect(consentEndsAt(lasting(validity), 'newsletter', givenAt)).toBe(endsAt);
  expect(someConsentsEnd(lasting(validity))).toBe(true);
});

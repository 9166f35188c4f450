/* Promised: every rule of privacy-rules §2, and the same answer as the package `personnummer` where both have one. */
import { describe, expect, it } from '@jest/globals';
import { passesLuhn } from '@dittoo/kernel';
import fc from 'fast-check';
import packageModule from 'personnummer';
import { maskedPersonnummer, parsePersonnummer } from './personnummer.js';

/** The package's types speak of a default export that its CommonJS build does not have. */
const personnummer = packageModule as unknown as typeof packageModule.default;

const today = '2026-11-22T10:00:00.000Z';

/** Nine digits and the check digit that fits them. */
const checked = (stem: string): string => stem + [...'0123456789'].find((digit) => passesLuhn(stem + digit))!;
/** `20041231`, `123` -> 12 digits that pass. */
const number = (date: string, birth = '123'): string => date.slice(0, 2) + checked(date.slice(2) + birth);
const parse = (input: string, at = today) => parsePersonnummer(input, at);
const digitsOf = (input: string, at = today): string | undefined => {
  const parsed = parse(input, at);
  return parsed.valid ? parsed.digits : undefined;
};
const problemOf = (input: string, at = today): string | undefined => {
  const parsed = parse(input, at);
  return parsed.valid ? undefined : parsed.problem;
};

describe('the stored form', () => {
  it.each([
    ['196709199530', '196709199530'],
    ['19670919-9530', '196709199530'],
    ['670919-9530', '196709199530'],
    ['6709199530', '196709199530'],
    ['  670919-9530 ', '196709199530'],
    ['670919+9530', '186709199530'],
    ['18670919+9530', '186709199530'],
  ])('of %j is %s', (typed, digits) => expect(parse(typed)).toEqual({ valid: true, digits, coordination: false }));

  it('of a samordningsnummer keeps the shifted day: the official example', () => {
    expect(parse('701063-2391')).toEqual({ valid: true, digits: '197010632391', coordination: true });
    expect(parse('197010632391')).toEqual({ valid: true, digits: '197010632391', coordination: true });
  });

  it('is parsed to itself on any day', () => {
    for (const at of ['2026-11-22T00:00:00.000Z', '2126-01-01T00:00:00.000Z'])
      expect(digitsOf('196709199530', at)).toBe('196709199530');
  });

  it('is shown masked', () => expect(maskedPersonnummer('196709199530')).toBe('19670919-****'));
});

describe('the century of ten digits', () => {
  const eve = '2026-12-31T23:59:59.999Z';
  const newYear = '2027-01-01T00:00:00.000Z';
  const born26 = checked('260101123');
  const born27 = checked('270101123');
  const dashed = (digits: string, sign: '-' | '+' = '-'): string => `${digits.slice(0, 6)}${sign}${digits.slice(6)}`;

  it('changes at new year: `+` is used from the calendar year the person turns 100', () => {
    // Born 1927: 99 years old on New Year's Eve, `-`. Turning 100 the next day, `+`.
    expect(digitsOf(dashed(born27), eve)).toBe(`19${born27}`);
    expect(digitsOf(dashed(born27, '+'), newYear)).toBe(`19${born27}`);
    expect(digitsOf(dashed(born27), newYear)).toBe(`20${born27}`);
    // A `+` a year too early says the century before.
    expect(digitsOf(dashed(born27, '+'), eve)).toBe(`18${born27}`);
  });

  it('is the whole year, not the birthday', () => {
    const december = checked('261231123');
    expect(digitsOf(dashed(december, '+'), '2026-01-01T00:00:00.000Z')).toBe(`19${december}`);
    expect(digitsOf(dashed(born26), '2026-01-01T00:00:00.000Z')).toBe(`20${born26}`);
  });

  it('without a sign is the same as with a dash', () =>
    expect(digitsOf(born26, eve)).toBe(digitsOf(dashed(born26), eve)));

  it('is given in twelve digits, whose sign must agree with it', () => {
    expect(digitsOf(`19${dashed(born26, '+')}`, eve)).toBe(`19${born26}`);
    expect(problemOf(`20${dashed(born26, '+')}`, eve)).toBe('format');
  });
});

describe('refused', () => {
  it('birth number 000; 001 to 999 are accepted', () => {
    expect(problemOf(number('19670919', '000'))).toBe('birthNumber');
    for (const birth of ['001', '010', '100', '500', '980', '999']) {
      const digits = number('19670919', birth);
      expect(digitsOf(digits)).toBe(digits);
    }
  });

  it.each(['670919-T530', '19670919-T530', '670919-t530', '670919T530', '670919-X530'])('interim number %s', (typed) =>
    expect(problemOf(typed)).toBe('interim'),
  );

  it('every wrong check digit', () => {
    for (const digit of '123456789') expect(problemOf(`19670919953${digit}`)).toBe('checkDigit');
  });

  it.each(['20230229', '19000229', '20250431', '20251301', '20250001', '20250100', '20250132', '20250160', '20250192'])(
    'impossible date %s',
    (date) => expect(problemOf(number(date))).toBe('date'),
  );

  it.each(['20240229', '20000229', '20240289', '19670979'])('not the possible date %s', (date) =>
    expect(digitsOf(number(date))).toBe(number(date)),
  );

  it('a birth that is still to come, also as a samordningsnummer', () => {
    expect(digitsOf(number('20261122'))).toBe(number('20261122'));
    expect(problemOf(number('20261123'))).toBe('future');
    expect(problemOf(number('20261183'))).toBe('future');
    expect(problemOf(number('20261123').slice(2))).toBe('future');
  });

  it.each([
    '',
    '-',
    '670919',
    '670919-953',
    '670919-95300',
    '67O919-9530',
    '19670919 9530',
    '1967-09-19-9530',
    '٦٧٠٩١٩-٩٥٣٠',
    '670919--9530',
  ])('what has no form of one: %j', (typed) => expect(problemOf(typed)).toBe('format'));

  it('without repeating the input', () =>
    fc.assert(
      fc.property(fc.string({ minLength: 9 }), (typed) => {
        const parsed = parse(typed);
        return parsed.valid || !JSON.stringify(parsed).includes(typed);
      }),
    ));
});

describe('beside the package `personnummer`', () => {
  // Both define: ten or twelve digits, `-` or none (the package takes a `+` that lies), birth number not 000, not to come.
  const now = new Date().toISOString();
  const allowed = { allowCoordinationNumber: true, allowInterimNumber: false };
  const inputs = fc
    .record({
      born: fc.date({ min: new Date('1900-01-01'), max: new Date(Date.now() - 2 * 86_400_000), noInvalidDate: true }),
      nudge: fc.oneof(
        { weight: 4, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 39 }) },
      ),
      coordination: fc.boolean(),
      birth: fc.integer({ min: 1, max: 999 }),
      check: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }),
      long: fc.boolean(),
      sign: fc.constantFrom('', '-', '+'),
    })
    .map(({ born, nudge, coordination, birth, check, long, sign }) => {
      const day = nudge === 0 ? born.getUTCDate() : nudge;
      const iso = born.toISOString();
      const shifted = String(day + (coordination ? 60 : 0)).padStart(2, '0');
      const stem = `${iso.slice(2, 4)}${iso.slice(5, 7)}${shifted}${String(birth).padStart(3, '0')}`;
      const digits = check === null ? checked(stem) : `${stem}${check}`;
      const lies = long && sign === '+';
      return `${long ? iso.slice(0, 2) : ''}${digits.slice(0, 6)}${lies ? '-' : sign}${digits.slice(6)}`;
    });

  it('the same numbers are valid, and read the same', () =>
    fc.assert(
      fc.property(inputs, (input) => {
        const ours = parse(input, now);
        if (!ours.valid && ours.problem === 'future') return; // the package does not ask
        const theirs = personnummer.valid(input, allowed) ? personnummer.parse(input, allowed).format(true) : undefined;
        expect([input, ours.valid ? ours.digits : undefined]).toEqual([input, theirs]);
      }),
      { numRuns: 2_000 },
    ));
});

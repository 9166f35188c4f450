import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegisterInvalid, loadRegister, parseRegister } from './load-register.js';

type Tree = Record<string, any>;
const read = (name: string): Tree => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const shipped = read('register.json');
const schema = read('register.schema.json');

const changed = (change: (register: Tree) => void): Tree => {
  const copy = structuredClone(shipped);
  change(copy);
  return copy;
};

const problemsOf = (value: unknown): readonly string[] => {
  try {
    parseRegister(value);
    return [];
  } catch (error) {
    if (error instanceof RegisterInvalid) return error.problems.map((p) => `${p.path} ${p.message}`);
    throw error;
  }
};

/** Every object of the shipped register, with its path and the keys its schema demands or allows. */
interface Place {
  readonly path: readonly string[];
  readonly required: readonly string[];
  readonly closed: boolean;
}
const placesOf = (value: unknown, node: Tree, path: readonly string[] = []): Place[] => {
  const reference: string | undefined = node['$ref'];
  if (reference !== undefined) return placesOf(value, schema['$defs'][reference.split('/').at(-1) ?? ''], path);
  if (Array.isArray(value)) return value.flatMap((v, i) => placesOf(v, node['items'] ?? {}, [...path, `${i}`]));
  if (typeof value !== 'object' || value === null) return [];
  const open = node['additionalProperties'];
  return [
    { path, required: node['required'] ?? [], closed: open === false },
    ...Object.entries(value).flatMap(([key, v]) =>
      placesOf(v, node['properties']?.[key] ?? (typeof open === 'object' ? open : {}), [...path, key]),
    ),
  ];
};
const places = placesOf(shipped, schema);
const at = (register: Tree, path: readonly string[]): Tree => path.reduce((inner, key) => inner[key], register);

describe('the shipped register', () => {
  it('passes its own checks', () => {
    const register = loadRegister();
    expect(register.noticeVersion).toBe('2026-11-01');
    expect(Object.keys(register.processors)).toEqual(['payson', 'mondido', 'google', 'oneMail']);
    expect(register.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says everything in both languages', () => {
    const texts: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const keys = Object.keys(value);
      if (keys.includes('sv') !== keys.includes('en') && !Array.isArray(value)) texts.push(path);
      for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/${key}`);
    };
    walk(shipped, '');
    expect(texts).toEqual([]);
  });

  it('cannot be changed after loading', () => {
    const register = loadRegister();
    expect(() => {
      (register.processors['payson']?.purposes[0]?.fields as string[]).push('clickId');
    }).toThrow(/not extensible/);
    expect(Object.isFrozen(register.processors['google']?.safeguard.thirdCountries)).toBe(true);
  });

  it('has one digest, however the file is laid out', () => {
    const reversed = (value: unknown): unknown =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, reversed(inner)]),
          );
    expect(parseRegister(reversed(shipped)).digest).toBe(loadRegister().digest);
    expect(parseRegister(changed((r) => (r['noticeVersion'] = '2027-01-01'))).digest).not.toBe(loadRegister().digest);
  });
});

describe('validation', () => {
  it('refuses a register without any one required key, and names it', () => {
    const keys = places.flatMap(({ path, required }) => required.map((key) => ({ path, key })));
    expect(keys.length).toBeGreaterThan(300);
    fc.assert(
      fc.property(fc.constantFrom(...keys), ({ path, key }) => {
        const problems = problemsOf(changed((register) => delete at(register, path)[key]));
        expect(problems).toContain(`${['', ...path, key].join('/')} is missing`);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses an unknown key anywhere, and names it', () => {
    const closed = places.filter((place) => place.closed);
    fc.assert(
      fc.property(fc.constantFrom(...closed), ({ path }) => {
        const problems = problemsOf(changed((register) => (at(register, path)['surprise'] = true)));
        expect(problems).toContain(`${['', ...path, 'surprise'].join('/')} is not known here`);
      }),
      { numRuns: 100 },
    );
  });

  const refusals: [string, (register: Tree) => void, RegExp][] = [
    [
      'a day that does not exist',
      (r) => (r['processors'].payson.agreements[0].signedOn = '2018-02-30'),
      /^\/processors\/payson\/agreements\/0\/signedOn is a day that does not exist$/,
    ],
    [
      'a fiscal year that never ends',
      (r) => (r['dataController'].fiscalYearEnd = '04-31'),
      /^\/dataController\/fiscalYearEnd is a day that no year has$/,
    ],
    [
      'an unknown legal basis',
      (r) => (r['processors'].payson.purposes[0].legalBasis = 'convenience'),
      /^\/processors\/payson\/purposes\/0\/legalBasis must be one of consent, contract/,
    ],
    [
      'a processor purpose that does not exist',
      (r) => (r['processors'].google.purposes[0].purpose = 'profiling'),
      /^\/processors\/google\/purposes\/0\/purpose names profiling/,
    ],
    [
      'a field the purpose does not use',
      (r) => r['processors'].google.purposes[1].fields.push('street'),
      /^\/processors\/google\/purposes\/1\/fields names street/,
    ],
    [
      'another legal basis than the purpose has',
      (r) => (r['processors'].mondido.purposes[0].legalBasis = 'legitimateInterests'),
      /^\/processors\/mondido\/purposes\/0\/legalBasis is not/,
    ],
    [
      'legal entities that overlap',
      (r) => (r['processors'].payson.legalEntities[0].validTo = '2022-06-01'),
      /^\/processors\/payson\/legalEntities\/1 overlaps/,
    ],
    [
      'two legal entities without a start',
      (r) => (r['processors'].payson.legalEntities[1].validFrom = null),
      /^\/processors\/payson\/legalEntities\/1 overlaps/,
    ],
    [
      'a period that ends before it begins',
      (r) => (r['processors'].payson.legalEntities[1].validTo = '2022-05-31'),
      /^\/processors\/payson\/legalEntities\/1\/validTo is before its start$/,
    ],
    [
      'an agreement with a stranger',
      (r) => (r['processors'].google.agreements[0].legalEntity = 'Example AB'),
      /^\/processors\/google\/agreements\/0\/legalEntity is none of/,
    ],
    ['a text in no language', (r) => (r['purposes'].order.label = {}), /^\/purposes\/order\/label /],
    [
      'a text in a language the register does not announce',
      (r) => (r['languages'] = ['sv']),
      /^\/authority\/name\/en is in a language/,
    ],
    [
      'a consent that is none of the four',
      (r) => {
        r['purposes'].comments.optionalConsent = true;
        r['purposes'].comments.data[0].legalBasis = 'consent';
      },
      /^\/purposes\/comments\/optionalConsent is for newsletter, marketing, adMeasurement, personnummer only$/,
    ],
    [
      'one of the four missing',
      (r) => delete r['purposes'].newsletter,
      /^\/purposes\/newsletter must be there as an optional consent$/,
    ],
    [
      'an optional consent that does not rest on consent',
      (r) => (r['purposes'].newsletter.data[0].legalBasis = 'contract'),
      /^\/purposes\/newsletter\/data\/0\/legalBasis is consent exactly where/,
    ],
    [
      'a validity of a purpose that is not a consent',
      (r) => (r['purposes'].comments.consentValidity = 'P1Y'),
      /^\/purposes\/comments\/consentValidity stands only where/,
    ],
    [
      'a consent with an empty validity',
      (r) => (r['purposes'].newsletter.consentValidity = 'P0D'),
      /^\/purposes\/newsletter\/consentValidity is an empty period$/,
    ],
    [
      'two legal bases for one purpose and category',
      (r) => r['purposes'].order.data.push({ ...r['purposes'].order.data[0], legalBasis: 'legitimateInterests' }),
      /^\/purposes\/order\/data\/2\/category stands twice/,
    ],
    [
      'a personnummer without a legal ground',
      (r) => delete r['purposes'].invoiceIdentification.data[0].ground,
      /^\/purposes\/invoiceIdentification\/data\/0\/ground must be present exactly where/,
    ],
    [
      'a payment method with two processors',
      (r) => r['processors'].mondido.triggers[0].paymentMethods.push('paysonInvoice'),
      /^\/processors\/mondido\/triggers\/0\/paymentMethods names paysonInvoice/,
    ],
    [
      'terms of payment where nothing is paid',
      (r) => (r['processors'].oneMail.triggers[0].accepts = r['processors'].payson.triggers[0].accepts),
      /^\/processors\/oneMail\/triggers\/0\/accepts is for the kind paymentMethod/,
    ],
    [
      'a least amount in a currency that is not taken',
      (r) => (r['processors'].payson.triggers[0].accepts.minimumMinor.NOK = 1),
      /^\/processors\/payson\/triggers\/0\/accepts\/minimumMinor\/NOK /,
    ],
    [
      'a third country within the EEA',
      (r) => (r['processors'].payson.safeguard.thirdCountries = ['US']),
      /^\/processors\/payson\/safeguard\/thirdCountries /,
    ],
    [
      'a host that is an address with a path',
      (r) => (r['processors'].payson.endpoints[0].host = 'api.payson.se/2.0'),
      /^\/processors\/payson\/endpoints\/0\/host /,
    ],
    [
      'a field that is personal and is not',
      (r) => (r['nonPersonalFields'].email = { sv: 'e-post' }),
      /^\/nonPersonalFields\/email is declared personal as well$/,
    ],
    [
      'a correction for a processor that is not there',
      (r) => (r['drift'][5].processor = 'adtech'),
      /^\/drift\/5\/processor is not a processor/,
    ],
  ];
  it.each(refusals)('refuses %s', (_name, change, expected) => {
    expect(problemsOf(changed(change))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('refuses what is no object at all', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => problemsOf(value).length > 0));
  });
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'register-'));
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('may be another one', () => {
    const path = written('other.json', JSON.stringify(changed((r) => (r['noticeVersion'] = '2027-01-01'))));
    expect(loadRegister(path).noticeVersion).toBe('2027-01-01');
  });

  it('is named when it is missing or not JSON', () => {
    expect(() => loadRegister(join(folder, 'absent.json'))).toThrow(/absent\.json is not a register:\n.*ENOENT/);
    expect(() => loadRegister(written('half.json', '{'))).toThrow(/half\.json is not a register:\n {2}\/ is not JSON/);
  });
});

import { expect, it } from '@jest/globals';
import { unsupportedStatements, type Capabilities } from './capabilities.js';
import { loadRegister, parseRegister } from './load-register.js';
import { policyDocument } from './policy-document.js';
import { processingRecords } from './processing-records.js';
import type { ProcessorCapability } from './register.js';

const register = loadRegister();
const mail: readonly ProcessorCapability[] = ['sendMail', 'deleteByCall', 'checkDeletion', 'deleteByAge'];
const enough: Capabilities = { payson: ['takePayments'], mondido: ['takePayments'], oneMail: mail };

const changed = (change: (document: any) => void) => {
  const { digest: _digest, ...document } = structuredClone(register);
  change(document);
  return parseRegister(document);
};
const paths = (capabilities: Capabilities, of = register) =>
  unsupportedStatements(of, capabilities).map(({ path }) => path);

it.each(mail)('a statement about the mailbox is refused where nothing does %s', (missing) => {
  const without = { ...enough, oneMail: mail.filter((capability) => capability !== missing) };
  expect(paths(without)).toHaveLength(1);
  expect(paths(without)[0]).toMatch(/^\/processors\/oneMail\//);
});

it('a deletion by call at a payment service is refused where no call deletes', () => {
  const claiming = changed(({ processors }) => {
    Object.assign(processors.mondido.erasure, { capability: 'partial', reason: 'partial', outcomeChecked: true });
  });
  expect(paths(enough, claiming)).toEqual([
    '/processors/mondido/erasure/capability',
    '/processors/mondido/erasure/outcomeChecked',
  ]);
});

it('a processor without an adapter must say that it is not in use', () => {
  expect(paths(enough)).toEqual([]);
  expect(
    paths(
      enough,
      changed(({ processors }) => delete processors.google.notInUse),
    ),
  ).toEqual(['/processors/google/triggers/0']);
  expect(paths({}, register)).not.toContain('/processors/google/triggers/0');
});

it('one that is not in use promises no deletion and no retention', () => {
  const claim = (change: (google: any) => void) => () => changed(({ processors }) => change(processors.google));
  expect(claim((google) => Object.assign(google.erasure, { capability: 'partial', reason: 'partial' }))).toThrow(
    '/processors/google/notInUse',
  );
  expect(claim((google) => (google.retention.duration = 'P1Y'))).toThrow('/processors/google/notInUse');
  expect(claim((google) => (google.erasure.outcomeChecked = true))).toThrow(
    '/processors/google/erasure/outcomeChecked',
  );
});

it('the policy and the record say what is not in use, and that a sample is a sample', () => {
  for (const lang of ['sv', 'en'] as const) {
    const policy = JSON.stringify(policyDocument(register, { lang, at: '2026-11-27' }));
    expect(policy).toContain(register.processors['google']!.notInUse![lang]);
    expect(policy).toContain(register.sample![lang]);
    expect(policy).toContain(register.dataController.postalAddress);
    const records = processingRecords(register, { lang, at: '2026-11-27' });
    expect(records.sample).toBe(register.sample![lang]);
    expect(records.rows.flatMap(({ recipients }) => recipients).filter((name) => /google/i.test(name))).toEqual([]);
  }
  const own = changed((document) => delete document.sample);
  expect(processingRecords(own, { lang: 'sv', at: '2026-11-27' }).sample).toBeNull();
});

it('a purpose with a retention of its own shows that, not the text of its category', () => {
  const policy = policyDocument(register, { lang: 'en', at: '2026-11-27' });
  const staff = policy.purposes.find(({ purpose }) => purpose === 'staffAccess')!;
  expect(staff.data.find(({ category }) => category === 'profile')!.retention).toMatch(/account with us exists/);
});

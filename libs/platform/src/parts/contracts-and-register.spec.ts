/* Promised: the code processes for no purpose that the public register does not name, and on no other legal basis. */
import { describe, expect, it } from '@jest/globals';
import { consentPurposes, purposes, schemaMap } from '@dittoo/contracts';
import type { SchemaMap } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';

const register = loadRegister();
const definitions = Object.entries(schemaMap as SchemaMap);

describe('the register and the contracts', () => {
  it.each([...purposes])('the register says what %s is', (purpose) =>
    expect(Object.keys(register.purposes)).toContain(purpose),
  );

  it('name the same purposes: what a processor is granted is one the code knows', () =>
    expect(Object.keys(register.purposes).sort()).toEqual([...purposes].sort()));

  it('agree about what a customer may choose', () =>
    expect(
      Object.entries(register.purposes)
        .filter(([, purpose]) => purpose.optionalConsent)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...consentPurposes].sort()));

  it.each(definitions)(
    'the register covers %s: its purpose, its legal basis, the categories it seals',
    (_type, definition) => {
      const data = register.purposes[definition.purpose]!.data;
      const sealed = Object.values(definition.fields).flatMap((field) =>
        field.kind === 'personal' ? [field.category] : [],
      );
      expect(data.map(({ legalBasis }) => legalBasis)).toContain(definition.legalBasis);
      for (const category of sealed)
        expect(data).toContainEqual(expect.objectContaining({ category, legalBasis: definition.legalBasis }));
    },
  );
});

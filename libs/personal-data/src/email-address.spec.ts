import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalizedEmail } from './email-address.js';

describe('an address is looked up', () => {
  it.each([
    ['  Ada@Example.ORG ', 'ada@example.org'],
    ['ada@example.org', 'ada@example.org'],
    ['ａｄａ＠ｅｘａｍｐｌｅ.org', 'ada@example.org'],
    ['A\u030asa@example.org', 'åsa@example.org'],
    ['ada+shop@example.org', 'ada+shop@example.org'],
    ['a.d.a@example.org', 'a.d.a@example.org'],
    ['STRASSE@example.org', 'strasse@example.org'],
    ['ada@Exämple.org', 'ada@xn--exmple-cua.org'],
    ['ada@exa\u0308mple.org', 'ada@xn--exmple-cua.org'],
    ['ada@XN--EXMPLE-CUA.org', 'ada@xn--exmple-cua.org'],
    ['åsa@exämple。org', 'åsa@xn--exmple-cua.org'],
    ['no address', 'no address'],
  ])('%j as %s', (typed, form) => expect(normalizedEmail(typed)).toBe(form));

  it('always the same way', () =>
    fc.assert(
      fc.property(fc.emailAddress(), fc.constantFrom('', ' ', '\t'), (email, blank) => {
        const form = normalizedEmail(email);
        expect(normalizedEmail(form)).toBe(form);
        expect(normalizedEmail(`${blank}${email.toUpperCase()}${blank}`)).toBe(form);
      }),
    ));
});

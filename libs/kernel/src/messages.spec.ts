/*
 * Promised: a text is parsed once; a value is shown as it is, never read as a placeholder; dates are Swedish local time; a
 * catalogue whose languages or placeholders do not agree is refused with every problem named; a wrong key or value does
 * not compile.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IntlMessageFormat } from 'intl-messageformat';
import { messageCatalogue, MessagesInvalid } from './messages.js';

const messages = messageCatalogue(
  {
    sv: {
      greeting: 'Hej {name}!',
      goods: '{count, plural, =0 {Inga varor} one {# vara} other {# varor}}',
      deadline: 'Senast {at, date, long} kl. {at, time, short}',
      answer: 'Vi svarar{paid, select, yes {, betalt} other {}}.',
      share: '{share, number, percent} av {sum, number}',
      plain: "Citat: ''så'', klammer: '{'x'}'",
    },
    en: {
      greeting: 'Hello {name}!',
      goods: '{count, plural, =0 {No goods} one {# item} other {# items}}',
      deadline: '{at, date, long} at {at, time, short} at the latest',
      answer: 'We answer{paid, select, yes {, paid} other {}}.',
      share: '{share, number, percent} of {sum, number}',
      plain: "Quote: ''so'', braces: '{'x'}'",
    },
  },
  {
    greeting: { name: 'text' },
    goods: { count: 'number' },
    deadline: { at: 'date' },
    answer: { paid: ['yes'] },
    share: { share: 'number', sum: 'number' },
  },
);

describe('a text', () => {
  it('has the plural, the choice and the numbers of its language', () => {
    const [sv, en] = [messages('sv'), messages('en')];
    expect([0, 1, 2, 1200].map((count) => sv.format('goods', { count }).replace('\u00a0', ' '))).toEqual([
      ...['Inga varor', '1 vara', '2 varor', '1 200 varor'],
    ]);
    expect([0, 1, 2, 1200].map((count) => en.format('goods', { count }))).toEqual([
      ...['No goods', '1 item', '2 items', '1,200 items'],
    ]);
    expect(sv.format('answer', { paid: 'yes' })).toBe('Vi svarar, betalt.');
    expect(en.format('answer', { paid: 'other' })).toBe('We answer.');
    expect(en.format('share', { share: 0.25, sum: 4000 })).toBe('25% of 4,000');
    expect(sv.format('plain')).toBe("Citat: 'så', klammer: {x}");
  });

  it('has its dates in Swedish local time, in summer and in winter', () => {
    const at = [new Date('2026-07-01T22:30:00Z'), new Date('2026-12-31T23:05:00Z')];
    expect(at.map((one) => messages('sv').format('deadline', { at: one }))).toEqual([
      'Senast 2 juli 2026 kl. 00:30',
      'Senast 1 januari 2027 kl. 00:05',
    ]);
    expect(at.map((one) => messages('en').format('deadline', { at: one }))).toEqual([
      '2 July 2026 at 00:30 at the latest',
      '1 January 2027 at 00:05 at the latest',
    ]);
  });

  it('shows a value as it is, whatever it holds', () => {
    const values = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{name}', "'{'", '<b>', '#', "''", '{n, plural,'),
    );
    fc.assert(fc.property(values, (name) => expect(messages('sv').format('greeting', { name })).toBe(`Hej ${name}!`)));
  });

  it('is parsed once, when its catalogue is', () => {
    const parse = IntlMessageFormat.__parse!;
    let parsed = 0;
    IntlMessageFormat.__parse = (...text) => {
      parsed += 1;
      return parse(...text);
    };
    try {
      const once = messageCatalogue({ sv: { greeting: 'Hej {name}!' } }, { greeting: { name: 'text' } });
      for (let round = 0; round < 100; round += 1) once('sv').format('greeting', { name: 'Alma' });
      expect(parsed).toBe(1);
    } finally {
      IntlMessageFormat.__parse = parse;
    }
  });

  it('is found by a key from data where it needs no value', () => {
    expect(['plain', 'greeting', 'gone', '__proto__', 'constructor'].map((key) => messages('en').find(key))).toEqual([
      ...["Quote: 'so', braces: {x}", undefined, undefined, undefined, undefined],
    ]);
  });
});

describe('what does not compile', () => {
  it('is a key that is not there, a value that is missing, of another kind, or not asked for', () => {
    const sv = messages('sv');
    const mistakes = (): string[] => [
      // @ts-expect-error no such key
      sv.format('gone'),
      // @ts-expect-error no value
      sv.format('greeting'),
      // @ts-expect-error another name
      sv.format('greeting', { nane: 'Alma' }),
      // @ts-expect-error a text for a number
      sv.format('goods', { count: '1' }),
      // @ts-expect-error a text for a date
      sv.format('deadline', { at: '2026-07-01' }),
      // @ts-expect-error not among the options
      sv.format('answer', { paid: 'no' }),
      // @ts-expect-error a value nothing asks for
      sv.format('plain', { name: 'Alma' }),
    ];
    expect(mistakes).toThrow('no text "gone"');
  });
});

describe('a catalogue is refused', () => {
  const problemsOf = (
    sv: Record<string, string>,
    en: Record<string, string>,
    given: object = {},
  ): readonly string[] => {
    try {
      messageCatalogue({ sv, en }, given);
      return [];
    } catch (error) {
      if (error instanceof MessagesInvalid) return error.problems;
      throw error;
    }
  };

  it.each([
    ['a key is missing', { a: 'A', b: 'B' }, { a: 'A' }, {}, ['en "b" is missing']],
    ['a text is empty', { a: ' ' }, { a: 'A' }, {}, ['sv "a" has no text']],
    ['a text is markup', { a: '<b>A</b>' }, { a: 'A' }, {}, ['sv "a" holds < or >: a text is no markup']],
    ['a style is unknown', { a: '{x, date, lang}' }, { a: '{x, date, long}' }, { a: { x: 'date' } },
      ['sv "a" has the style lang, known are short, medium, long, full']], // prettier-ignore
    ['a placeholder was translated', { a: '{namn}' }, { a: '{name}' }, { a: { name: 'text' } },
      ['sv "a" uses {namn} as text, the program gives nothing', 'sv "a" uses {name} as nothing, the program gives text']], // prettier-ignore
    ['a placeholder is of another kind', { a: '{x}' }, { a: '{x, number}' }, { a: { x: 'number' } },
      ['sv "a" uses {x} as text, the program gives number']], // prettier-ignore
    ['an option was translated', { a: '{x, select, ja {A} other {}}' }, { a: '{x, select, yes {A} other {}}' }, { a: { x: ['yes'] } },
      ['sv "a" uses {x} as a choice of ja, the program gives a choice of yes']], // prettier-ignore
    ['the program knows nothing of a placeholder', { a: '{x}' }, { a: '{x}' }, {},
      ['sv "a" uses {x} as text, the program gives nothing', 'en "a" uses {x} as text, the program gives nothing']], // prettier-ignore
    ['the program names a key that is not there', { a: 'A' }, { a: 'A' }, { b: { x: 'text' } },
      ['sv "b" is missing', 'en "b" is missing']], // prettier-ignore
    ['a date is also used as text', { a: '{x, date, long} {x}' }, { a: '{x, date, long}' }, { a: { x: 'date' } },
      ['sv "a" uses {x} as date and as text']], // prettier-ignore
  ])('when %s', (_, sv, en, given, problems) => expect(problemsOf(sv, en, given)).toEqual(problems));

  it.each(['{x', '{x, plural, one {#}}', '{x, select, a {b}}', '{x, date, ::jj'])('when %s cannot be read', (text) => {
    const [problem] = problemsOf({ a: text }, { a: 'A' });
    expect(problem).toMatch(/^sv "a" cannot be read: /);
  });
});

import { describe, expect, it } from '@jest/globals';
import { EmailField, LineField, TextField } from './text-fields.js';
import { validationPipe } from './validation.pipe.js';

class Body {
  @LineField(100, false)
  line!: string;

  @TextField(100, false)
  text!: string;

  @EmailField()
  email!: string;
}

const pipe = validationPipe();
const arrives = async (fields: Partial<Body>): Promise<Body> =>
  (await pipe.transform(
    { line: 'a', text: 'b', email: 'c@example.org', ...fields },
    { type: 'body', metatype: Body },
  )) as Body;

describe('text stays what the person wrote', () => {
  it.each(['Storgatan 12½', 'Ⅳ', 'ﬁn', 'Åsa Öberg', 'Zoë 👩‍👩‍👧', 'می‌خواهم'])('%s', async (line) => {
    expect((await arrives({ line })).line).toBe(line);
  });

  it('in one Unicode form, without blanks around it', async () => {
    expect((await arrives({ line: '  A\u030asa ' })).line).toBe('Åsa');
    expect((await arrives({ text: 'one\n\ttwo\r\n' })).text).toBe('one\n\ttwo');
  });
});

describe('what cannot be shown is refused alike in lines and texts', () => {
  it.each([
    ['nothing', ''],
    ['blanks', ' \t '],
    ['zero-width characters alone', '\u200b\u200d\u2060\ufeff'],
    ['marks alone', '\u0301\u0308'],
    ['a control character', 'a\u0007b'],
    ['an escape', 'a\u001b[31mb'],
    ['a C1 control character', 'a\u0085b'],
    ['an override of the direction', 'gpj.\u202etxt'],
    ['an isolate of the direction', 'a\u2066b'],
  ])('%s', async (_what, value) => {
    await expect(arrives({ line: value })).rejects.toMatchObject({ code: 'invalid-field' });
    await expect(arrives({ text: value })).rejects.toMatchObject({ code: 'invalid-field' });
  });

  it('and a line has no second one', async () => {
    for (const line of ['a\nb', 'a\rb', 'a\u2028b'])
      await expect(arrives({ line })).rejects.toMatchObject({ code: 'invalid-field' });
  });
});

describe('an address', () => {
  it.each(['anna@example.org', 'anna+shop@example.org', "o'hara@example.org", 'åsa@exämple.org'])(
    '%s is taken',
    (email) => arrives({ email }),
  );

  it.each([
    '"anna b"@example.org',
    '"anna\\"@example.org',
    'an\u200bna@example.org',
    'anna@exam\u00adple.org',
    'anna @example.org',
    'anna',
  ])('%j is refused', (email) => expect(arrives({ email })).rejects.toMatchObject({ code: 'invalid-field' }));
});

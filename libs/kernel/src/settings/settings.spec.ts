/* Promised: a declaration is the type, the reader and the text of a setting; all faults come at once, without any value. */
import { describe, expect, it } from '@jest/globals';
import { duration, durationMs, oneOf, port, share, text, url, wholeNumber } from './kinds.js';
import { bothOrNeither, readSettings, readTogether, SettingsError } from './reading.js';
import { setting } from './setting.js';

const about = { means: 'A setting of this spec.' };
const settings = {
  port: port('PORT', { ...about, default: '8080', example: '80' }),
  level: oneOf('LEVEL', ['low', 'high'], { ...about, example: 'low' }),
  user: text('USER_NAME', { ...about, example: 'shop' }),
  password: text('USER_PASSWORD', { ...about, example: 'password', pattern: /^.{8,}$/, must: 'have 8 characters' }),
};
const rules = [bothOrNeither(settings, 'user', 'password')];
const faultsOf = (read: () => unknown): readonly string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
};

describe('what is read', () => {
  it('is the default, or null, where nothing is set or it is set to nothing', () => {
    const config: { port: number; level: 'low' | 'high' | null } = readSettings({ PORT: '', OTHER: 'x' }, settings);
    expect(config).toEqual({ port: 8080, level: null, user: null, password: null });
  });

  it('is what is set, parsed', () =>
    expect(readSettings({ PORT: '81', LEVEL: 'high' }, settings, rules)).toMatchObject({ port: 81, level: 'high' }));
});

describe('what is wrong', () => {
  it('is said of every variable at once', () =>
    expect(faultsOf(() => readSettings({ PORT: 'http', LEVEL: 'loud', USER_NAME: 'shop' }, settings, rules))).toEqual([
      'PORT must be a whole number from 0 to 65535',
      'LEVEL must be one of low, high',
    ]));

  it('is asked of the rules once each variable is right', () =>
    expect(faultsOf(() => readSettings({ USER_NAME: 'shop' }, settings, rules))).toEqual([
      'USER_NAME and USER_PASSWORD belong together: set both or neither',
    ]));

  it('of several readers is said together, and the same fault once', () => {
    const read = () => readSettings({ PORT: 'http' }, settings);
    const other = () => readSettings({ LEVEL: 'loud' }, settings);
    expect(faultsOf(() => readTogether({ read, again: read, other }))).toHaveLength(2);
    expect(readTogether({ one: () => 1 })).toEqual({ one: 1 });
  });

  it('is not mixed up with a defect of a reader', () => {
    const broken = () => {
      throw new TypeError('a defect');
    };
    expect(() => readTogether({ broken })).toThrow(TypeError);
  });

  it('is also a default or an example that the declaration itself would refuse', () => {
    expect(() => port('PORT', { ...about, default: 'http', example: '80' })).toThrow('PORT must be');
    expect(() => port('PORT', { ...about, example: '65536' })).toThrow('PORT must be');
  });
});

describe('a kind', () => {
  const kinds = {
    url: url('X', { ...about, example: 'https://a.example.org', protocols: ['https:'] }),
    number: wholeNumber('X', { ...about, example: '5', least: 2, most: 9 }),
    share: share('X', { ...about, example: '0.5' }),
    duration: duration('X', { ...about, example: 'P1D', least: 'PT0S' }),
    text: settings.password,
    oneOf: settings.level,
    own: setting('X', { ...about, example: '1,2' }, (given) => given.split(',').map(Number)),
  };

  it.each<[keyof typeof kinds, string, unknown]>([
    ['url', 'https://b.example.org/path', 'https://b.example.org/path'],
    ['number', '9', 9],
    ['share', '0', 0],
    ['duration', 'PT1M', 60_000],
    ['own', '3,4', [3, 4]],
  ])('%s takes %s', (kind, given, value) =>
    expect(readSettings({ X: given }, { value: kinds[kind] })).toEqual({ value }),
  );

  it.each<[keyof typeof kinds, string]>([
    ['url', 'http://hunter2.example.org'],
    ['url', 'https://[hunter2'],
    ['number', 'hunter2'],
    ['number', '10'],
    ['number', '0x5'],
    ['share', 'hunter2'],
    ['share', '1.5'],
    ['duration', 'hunter2'],
    ['duration', '-P1D'],
    ['text', 'hunter2'],
    ['oneOf', 'hunter2'],
  ])('%s refuses %s by the name, and does not repeat it', (kind, given) => {
    const { variable } = kinds[kind];
    const [fault, ...more] = faultsOf(() => readSettings({ [variable]: given }, { value: kinds[kind] }));
    expect(fault).toMatch(new RegExp(`^${variable} must `));
    expect(fault).not.toContain('hunter2');
    expect(more).toEqual([]);
  });
});

describe('a duration', () => {
  it.each([
    ['PT0S', 0],
    ['P30D', 30 * 86_400_000],
    ['PT1H1M1S', 3_661_000],
    ['-PT5M', -300_000],
  ])('%s', (text, ms) => expect(durationMs(text, 'X') + 0).toBe(ms));

  it.each(['', 'P', 'PT', '-P', 'P1', 'P1M', 'PT1D', '1D', 'P1DT'])('not %j', (text) =>
    expect(() => durationMs(text, 'X')).toThrow('X must be an ISO 8601 duration'),
  );
});

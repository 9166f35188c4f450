/* Promised: a log line describes an action by ids and codes; an error's message and personal fields are left out. */
import { describe, expect, it } from '@jest/globals';
import { createLogger, NestLog } from './log.js';

const written = (
  write: (logger: ReturnType<typeof createLogger>) => void,
): { readonly text: string; readonly line: Record<string, any> } => {
  let text = '';
  write(createLogger('spec', 'debug', {}, { write: (line: string) => void (text += line) }));
  return { text, line: JSON.parse(text) as Record<string, any> };
};
const telling = (): Error => new Error('no such customer: ada@example.org\nLovelace', { cause: new Error('Ada') });

describe('a log line', () => {
  it('names the service and keeps ids and codes', () =>
    expect(written((logger) => logger.info({ orderId: '7', status: 201 }, 'order.placed')).line).toMatchObject({
      service: 'spec',
      orderId: '7',
      status: 201,
      msg: 'order.placed',
    }));

  it.each([
    'password',
    'email',
    'givenName',
    'familyName',
    'phone',
    'address',
    'personnummer',
    'number',
    'authorization',
    'cookie',
    'token',
    'accessToken',
    'refreshToken',
    'ip',
    'body',
  ])('cuts out %s at every depth', (name) => {
    const { text } = written((logger) =>
      logger.info({ [name]: 'Ada', a: { [name]: 'Ada', b: { [name]: { c: 'Ada' } } } }, 'x'),
    );
    expect(text).not.toContain('Ada');
    expect(text.match(/\[cut\]/g)).toHaveLength(3);
  });

  it.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
    ['an error', (logger) => logger.error(telling())],
    ['an error and words', (logger) => logger.error(telling(), 'x.failed')],
    ['an error in `err`', (logger) => logger.error({ err: telling() })],
    ['an error in `err` and words', (logger) => logger.error({ err: telling() }, 'x.failed')],
    ['an error through Nest', (logger) => new NestLog(logger).error(telling(), telling().stack, 'Context')],
    ['a stack through Nest', (logger) => new NestLog(logger).error('x', telling().stack)],
    ['a warning through Nest', (logger) => new NestLog(logger).warn(telling(), 'Context')],
  ])('keeps the place and leaves out the message of %s', (_what, write) => {
    const { text } = written(write);
    expect(text).not.toMatch(/Ada|Lovelace|example\.org/i);
    expect(text).toContain('"level":');
  });

  it('has the location of an error', () =>
    expect(written((logger) => logger.error({ err: telling() }, 'x.failed')).line).toMatchObject({
      msg: 'x.failed',
      err: { type: 'Error', at: expect.stringContaining('log.spec') },
    }));
});

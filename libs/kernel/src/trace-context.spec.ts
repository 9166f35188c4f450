/* Promised: what is written can be read, and anything that is no traceparent is nothing. */
import { describe, expect, it } from '@jest/globals';
import { isTraceparent, newTraceparent, readTraceparent, writeTraceparent } from './trace-context.js';

const example = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('a traceparent', () => {
  it('is read into its parts and written back', () => {
    const context = readTraceparent(example);
    expect(context).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      traceFlags: 1,
    });
    expect(context && writeTraceparent(context)).toBe(example);
  });

  it('that begins here is one, is not recorded, and is another each time', () => {
    const begun = newTraceparent();
    expect(isTraceparent(begun)).toBe(true);
    expect(readTraceparent(begun)?.traceFlags).toBe(0);
    expect(newTraceparent()).not.toBe(begun);
  });

  it.each([null, '', example.slice(1), `${example} `, example.toUpperCase(), example.replace('00-', '01-')])(
    'is not %j',
    (value) => {
      expect(isTraceparent(value)).toBe(false);
      expect(readTraceparent(value)).toBeNull();
    },
  );
});

/*
 * Promised, without a collector: the caller's trace id is continued, and a new trace begins where the caller sent none.
 */
import { describe, expect, it } from '@jest/globals';
import { serveTrace } from './trace.js';

const example = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);

describe('a served request', () => {
  it.each([example, example.replace(/01$/, '00')])('goes on with %s', (traceparent) =>
    expect(serveTrace('GET', traceparent).traceparent).toBe(traceparent),
  );

  it('accepts a later version, and passes it on in the known one', () =>
    expect(serveTrace('GET', `${example.replace('00-', '01-')}-more`).traceparent).toBe(example));

  it('passes on only the sampled flag', () => {
    expect(serveTrace('GET', example.replace(/01$/, 'ff')).traceparent).toBe(example);
    expect(serveTrace('GET', example.replace(/01$/, '02')).traceparent).toBe(example.replace(/01$/, '00'));
  });

  it('begins a new trace, not recorded, another each time', () => {
    const [one, other] = [serveTrace('GET', null).traceparent, serveTrace('GET', null).traceparent];
    expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(traceIdOf(other)).not.toBe(traceIdOf(one));
  });

  it.each([
    '',
    'Astrid Exempel',
    example.slice(1),
    `${example}-more`,
    example.toUpperCase(),
    example.replace('00-', 'ff-'),
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ])('begins a trace where the caller says %j', (traceparent) => {
    const begun = serveTrace('GET', traceparent).traceparent;
    expect(begun).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(traceIdOf(begun)).not.toBe(traceIdOf(example));
    expect(traceIdOf(begun)).not.toBe('0'.repeat(32));
  });
});

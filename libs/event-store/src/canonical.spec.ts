import { describe, expect, it } from '@jest/globals';
import { type JsonObject, leafOf, type NewEvent } from '@dittoo/kernel';
import fc from 'fast-check';
import { canonicalEvent, canonicalLeaf } from './canonical.js';
import { exampleEvent } from './event-store.contract.js';

describe('the canonical form', () => {
  it("gives the kernel's leaf, byte for byte", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ depthSize: 'medium' })),
        fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
        fc.string(),
        (data, revision, type) => {
          const event = { ...exampleEvent('leaf', data as JsonObject), type };
          expect(canonicalLeaf('thing-1', revision, event, canonicalEvent(event))).toBe(
            leafOf('thing-1', revision, event),
          );
        },
      ),
      { numRuns: 500, seed: 20260314 },
    );
  });

  it.each([
    { b: 1, 10: 'x', 9: 'y', a: { 2: [{ 11: 1, 1: 2 }], '01': 0 } },
    JSON.parse('{"b":1,"__proto__":{"z":1,"a":2},"a":3}') as JsonObject,
    Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${(index * 37) % 100}`, index])),
    { at: new Date(0), z: null, nested: [{ y: 1, x: [undefined] }] } as unknown as JsonObject,
  ])('also where objects have an order of their own: %#', (data) => {
    const event = exampleEvent('leaf', data);
    expect(canonicalLeaf('thing-1', 0n, event, canonicalEvent(event))).toBe(leafOf('thing-1', 0n, event));
  });

  it.each([
    { extra: { b: 1, a: 2 } },
    { traceparent: undefined, extra: 1 },
    { actor: { kind: 'system', id: 'relay', since: 1 } },
    { dataSubjectId: null, noticeVersion: 'v1', traceparent: '00-1' },
  ])('also where metadata is not what it should be: %p', (other) => {
    const event = exampleEvent('leaf');
    const odd = { ...event, metadata: { ...event.metadata, ...other } as unknown as NewEvent['metadata'] };
    expect(canonicalLeaf('thing-1', 0n, odd, canonicalEvent(odd))).toBe(leafOf('thing-1', 0n, odd));
  });

  it('leaves out undefined members, as JSON does', () => {
    const event = exampleEvent('leaf', { a: undefined, b: [undefined], c: -0 } as unknown as JsonObject);
    expect(canonicalLeaf('thing-1', 0n, event, canonicalEvent(event))).toBe(leafOf('thing-1', 0n, event));
  });

  it.each([NaN, Infinity, 1n, () => 1])('refuses %p', (value) => {
    expect(() => canonicalEvent(exampleEvent('leaf', { value } as unknown as JsonObject))).toThrow(TypeError);
  });
});

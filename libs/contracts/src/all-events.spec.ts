/*
 * Promised: an event's type gives the types of its data and data subject, and a mismatch does not compile. The compiler
 * checks this: each `@ts-expect-error` line must fail to compile, and one that compiles fails the build.
 */
import { describe, expect, it } from '@jest/globals';
import {
  DomainError,
  newId,
  streamId,
  streamName,
  type Delivered,
  type EventTypes,
  type OrderId,
  type ProblemCode,
  type SchemaMapOf,
  type SubjectId,
} from '@dittoo/kernel';
import type { AllEvents } from './all-events.js';
import type { OrderEvents } from './order.events.js';
import type { ProcessorEvents } from './processor.events.js';
import { problemCodes } from './problem-codes.js';
import { processorSchema } from './processor.events.js';
import { schemaMap } from './schema-map.js';
import type { Purpose } from './vocabulary.js';

type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

describe('the map of all events', () => {
  it('matches the schema map and the kernel’s `EventTypes`', () => {
    const classified: Same<keyof AllEvents, keyof typeof schemaMap> = true;
    const entered: Same<keyof AllEvents, keyof EventTypes> = true;
    expect([classified, entered]).toEqual([true, true]);
  });
});

describe('a delivered event', () => {
  const placed = {} as Delivered<OrderEvents, 'OrderPlaced'>;
  const shipped = {} as Delivered<EventTypes, 'OrderShipped'>;

  it('has the data of its type', () => {
    const { paymentMethod } = placed.data ?? {};
    // @ts-expect-error OrderShipped has no payment fields
    const none = shipped.data?.paymentMethod;
    // @ts-expect-error another type, another event
    const other: Delivered<OrderEvents, 'OrderPlaced'> = shipped;
    // @ts-expect-error a personal field is an envelope until it is opened
    const buyer: OrderEvents['OrderPlaced']['buyer'] = placed.data?.buyer;
    expect([paymentMethod, none, other.data, buyer]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('names its data subject, unless it has none', () => {
    const person: Same<(typeof placed)['metadata']['dataSubjectId'], SubjectId> = true;
    const nobody: Same<Delivered<ProcessorEvents>['metadata']['dataSubjectId'], null> = true;
    expect([person, nobody]).toEqual([true, true]);
  });
});

describe('a definition', () => {
  it('has no data subject where the type says so, and nowhere else', () => {
    const { subject, ...silent } = processorSchema.MailboxSwept;
    // @ts-expect-error the type is AboutNobody
    const missing: SchemaMapOf<ProcessorEvents> = { MailboxSwept: silent };
    const declared = { ...schemaMap.OrderShipped, subject };
    // @ts-expect-error the type is about a person
    const wrong: SchemaMapOf<Pick<OrderEvents, 'OrderShipped'>> = { OrderShipped: declared };
    expect([subject, Object.keys(missing), Object.keys(wrong)]).toEqual(['nobody', ['MailboxSwept'], ['OrderShipped']]);
  });
});

describe('a purpose', () => {
  it('is one of the declared purposes', () => {
    const { OrderShipped } = schemaMap;
    const ours: Same<(typeof OrderShipped)['purpose'], Purpose> = true;
    const invented = { ...OrderShipped, purpose: 'fun' as const };
    // @ts-expect-error no such purpose
    const unknown: SchemaMapOf<Pick<OrderEvents, 'OrderShipped'>> = { OrderShipped: invented };
    expect([ours, unknown.OrderShipped.purpose]).toEqual([true, 'fun']);
  });
});

describe('an identifier', () => {
  it('of one kind is not taken for another', () => {
    const orderId: OrderId = newId();
    // @ts-expect-error an order is not a person
    const subjectId: SubjectId = orderId;
    // @ts-expect-error a person has no order stream
    const stream = streamName('order', newId<SubjectId>());
    const again: OrderId = streamId(streamName('order', orderId));
    expect([subjectId, again]).toEqual([orderId, orderId]);
    expect(stream).toMatch(/^order-/);
  });
});

describe('an error', () => {
  it('has a code of the catalogue', () => {
    const catalogue: Same<ProblemCode, keyof typeof problemCodes> = true;
    // @ts-expect-error no such code
    const unknown = new DomainError('no-such-code');
    expect([catalogue, unknown.code in problemCodes]).toEqual([true, false]);
    expect(new DomainError('order-not-payable').code in problemCodes).toBe(true);
  });
});

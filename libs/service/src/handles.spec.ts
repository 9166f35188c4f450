/*
 * Promised: a handler takes the event it names. Each `@ts-expect-error` line must fail to compile, and one that
 * compiles fails the build; the decorator's metadata equals that of `@EventPattern`.
 */
import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { OrderEvents, ProcessorEvents } from '@dittoo/contracts';
import type { AnyDelivered, Delivered, EventContext, EventTypes } from '@dittoo/kernel';
import { EventPattern } from '@nestjs/microservices';
import { Handles } from './handles.js';

type Context = EventContext<{ readonly rows: number }>;
const group = 'spec.handles';

class Heard {
  @Handles('OrderPlaced', { group })
  placed(_event: Delivered<OrderEvents, 'OrderPlaced'>, _context: Context): void {}

  @Handles('OrderPlaced', { group })
  withoutContext(_event: Delivered<EventTypes, 'OrderPlaced'>): void {}

  @Handles(['OrderPlaced', 'OrderShipped'], { group })
  several(_event: Delivered<OrderEvents, 'OrderPlaced' | 'OrderShipped'>): void {}

  @Handles('*', { group })
  all(_event: AnyDelivered): void {}

  @Handles('OrderPlaced', { group, reacts: true })
  reacts(_event: Delivered<OrderEvents, 'OrderPlaced'>, _context: Pick<Context, 'group'>): void {}

  // @ts-expect-error the wrong event of the same map
  @Handles('OrderShipped', { group })
  wrongEvent(_event: Delivered<OrderEvents, 'OrderPlaced'>): void {}

  // @ts-expect-error one of the two events it is called with
  @Handles(['OrderPlaced', 'OrderShipped'], { group })
  oneOfTwo(_event: Delivered<OrderEvents, 'OrderPlaced'>): void {}

  // @ts-expect-error the wrong map
  @Handles('OrderPlaced', { group })
  wrongMap(_event: Delivered<ProcessorEvents, 'MailboxSwept'>): void {}

  // @ts-expect-error data that the event does not have
  @Handles('OrderShipped', { group })
  wrongData(_event: { readonly data: { readonly deliveredAt: string } }): void {}

  // @ts-expect-error what is about nobody names nobody
  @Handles('MailboxSwept', { group })
  ofNobody(_event: { readonly metadata: { readonly dataSubjectId: string } }): void {}

  // @ts-expect-error all events are more than one
  @Handles('*', { group })
  notAll(_event: Delivered<OrderEvents, 'OrderPlaced'>): void {}

  // @ts-expect-error a reactor has no transaction
  @Handles('OrderPlaced', { group, reacts: true })
  reactsInRows(_event: Delivered<OrderEvents, 'OrderPlaced'>, _context: Context): void {}

  // @ts-expect-error no event of the house
  @Handles('OrderPlacd', { group })
  misspelt(_event: AnyDelivered): void {}
}

// @ts-expect-error it must name its group
export const groupless = () => Handles('OrderPlaced', {});

describe('@Handles', () => {
  const metadataOf = (prototype: object, method: string): object => {
    const handler: unknown = Reflect.get(prototype, method);
    if (typeof handler !== 'function') throw new Error(`no method ${method}`);
    return Object.fromEntries(
      (Reflect.getMetadataKeys(handler) as string[])
        .filter((key) => !key.startsWith('design:'))
        .map((key) => [key, Reflect.getMetadata(key, handler) as unknown]),
    );
  };

  class ByNest {
    @EventPattern<string>('OrderPlaced', { group, reacts: true })
    reacts(): void {}

    @EventPattern<string[]>(['OrderPlaced', 'OrderShipped'], { group })
    several(): void {}
  }

  it.each(['reacts', 'several'])('is to Nest what its own decorator is: %s', (method) => {
    const said = metadataOf(Heard.prototype, method);
    expect(said).toEqual(metadataOf(ByNest.prototype, method));
    expect(Object.keys(said).length).toBeGreaterThan(0);
  });
});

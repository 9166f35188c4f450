/*
 * What every transport promises its handlers. One suite, run on each transport.
 *
 * Promised: order in a stream, at-least-once delivery, independent groups, the inbox sees the error that was thrown.
 * Not promised: order between streams, equal progress of two groups, exactly one effect outside the inbox's
 * transaction.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, EventStoreUnavailable, type EventContext, type RecordedEvent } from '@dittoo/kernel';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

export interface RunningDelivery {
  replayParked(group: string, stream: string): Promise<{ readonly replayed: number; readonly failure: string | null }>;
  /** Starts no new page and lets the current one finish. */
  close(): Promise<void>;
}

/** A test environment: one log, one transport and one database with the inbox, on which processes start and stop. */
export interface DeliveryEnvironment {
  /** A process: a Nest application as services run it, with these controllers. */
  start(controllers: readonly Type[]): Promise<RunningDelivery>;
  /** Appends one event to each stream, in this order, and publishes them. */
  publish(...events: readonly (readonly [stream: string, type: string])[]): Promise<void>;
  /** The alerts so far, as `parked <group> <stream> <failure>` or `retrying <group> <failure>`. */
  readonly alerts: readonly string[];
  /** The rows that the handlers wrote through their transaction, in order: `<stream>@<revision>`. */
  rows(group: string): Promise<string[]>;
  checkpoint(group: string): Promise<bigint | null>;
  close(): Promise<void>;
}

export type Handle = (event: RecordedEvent) => Promise<void> | void;

/** A consumer as apps write them: it writes a row, then calls `handle`. */
export const consumer = (group: string, type: string, handle: Handle = () => undefined): Type => {
  @Controller()
  class Consumer {
    @EventPattern<string>(type, { group })
    async on(@Payload() event: RecordedEvent, @Ctx() context: EventContext<EntityManager>): Promise<void> {
      await context.transaction.query('INSERT INTO handled (group_id, event) VALUES ($1, $2)', [
        context.group,
        `${event.stream}@${event.revision}`,
      ]);
      await handle(event);
    }
  }
  return Consumer;
};

export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error('the condition was not met in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Handlers wait for `passed` until the spec calls `open`. */
export const gate = (): { readonly passed: Promise<void>; open(): void } => {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
};

export const deliveryContract = (name: string, prepare: () => Promise<DeliveryEnvironment>): void =>
  describe(`${name}, as every delivery,`, () => {
    let environment: DeliveryEnvironment;
    const running = new Set<RunningDelivery>();
    const start = async (...controllers: Type[]): Promise<RunningDelivery> => {
      const delivery = await environment.start(controllers);
      running.add(delivery);
      return delivery;
    };
    const stop = async (delivery: RunningDelivery): Promise<void> => {
      running.delete(delivery);
      await delivery.close();
    };
    const rowsReach = (group: string, count: number): Promise<void> =>
      until(async () => (await environment.rows(group)).length >= count);

    beforeEach(async () => {
      environment = await prepare();
    });
    afterEach(async () => {
      for (const delivery of running) await stop(delivery);
      await environment.close();
    });

    describe('order', () => {
      it('is that of the stream, across pages and streams', async () => {
        const streams = ['order-1', 'order-2', 'order-3'];
        const events = Array.from({ length: 250 }, (_, index) => [streams[index % 3]!, 'Noted'] as const);
        await start(consumer('a', 'Noted'));
        for (let from = 0; from < events.length; from += 60)
          await environment.publish(...events.slice(from, from + 60));
        await rowsReach('a', events.length);
        for (const stream of streams) {
          const revisions = (await environment.rows('a'))
            .filter((row) => row.startsWith(stream))
            .map((row) => Number(row.split('@')[1]));
          expect(revisions).toEqual(revisions.map((_, index) => index));
        }
      });
    });

    describe('at least once', () => {
      it('redelivers an event after a transient failure, and writes its rows once', async () => {
        let attempts = 0;
        await start(
          consumer('a', 'Noted', () => {
            if (++attempts < 4) throw new EventStoreUnavailable();
          }),
        );
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Noted']);
        await rowsReach('a', 2);
        expect(attempts).toBe(5);
        expect(await environment.rows('a')).toEqual(['order-1@0', 'order-1@1']);
      });

      it('writes gathered rows once, whatever happens to the rest of their page', async () => {
        let attempts = 0;
        @Controller()
        class Gatherer {
          @EventPattern<string>('Noted', { group: 'a' })
          on(@Payload() { revision, stream }: RecordedEvent, @Ctx() { gather, group }: EventContext): void {
            gather('INSERT INTO handled (group_id, event) SELECT * FROM unnest($1::text[], $2::text[])', [
              group,
              `${stream}@${revision}`,
            ]);
            if (stream === 'order-1' && revision === 1n) throw new TypeError('poison');
            if (stream === 'order-2' && ++attempts < 3) throw new EventStoreUnavailable();
          }
        }
        await environment.publish(
          ['order-1', 'Noted'],
          ['order-1', 'Noted'],
          ['order-2', 'Noted'],
          ['order-3', 'Noted'],
        );
        await start(Gatherer);
        await rowsReach('a', 3);
        expect([...(await environment.rows('a'))].sort()).toEqual(['order-1@0', 'order-2@0', 'order-3@0']);
      });

      it('delivers events published before any consumer started', async () => {
        await environment.publish(['order-1', 'Noted']);
        await start(consumer('a', 'Noted'));
        await rowsReach('a', 1);
      });

      it('resumes at its checkpoint after a restart', async () => {
        await environment.publish(['order-1', 'Noted']);
        const first = await start(consumer('a', 'Noted'));
        await rowsReach('a', 1);
        await stop(first);
        await environment.publish(['order-1', 'Noted']);
        await start(consumer('a', 'Noted'));
        await rowsReach('a', 2);
        expect(await environment.rows('a')).toEqual(['order-1@0', 'order-1@1']);
      });

      it('lets the current page finish on close', async () => {
        const [entered, finish] = [gate(), gate()];
        const delivery = await start(
          consumer('a', 'Noted', async () => {
            entered.open();
            await finish.passed;
          }),
        );
        await environment.publish(['order-1', 'Noted']);
        await entered.passed;
        const closed = stop(delivery);
        finish.open();
        await closed;
        expect(await environment.rows('a')).toEqual(['order-1@0']);
        expect(await environment.checkpoint('a')).not.toBeNull();
      });
    });

    describe('groups', () => {
      it('each get every event of their types', async () => {
        await start(consumer('a', 'Noted'), consumer('b', 'Noted'), consumer('c', 'Other'));
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Other'], ['order-2', 'Noted']);
        await Promise.all([rowsReach('a', 2), rowsReach('b', 2), rowsReach('c', 1)]);
        expect(await environment.rows('c')).toEqual(['order-1@1']);
      });

      it('with `*` get every type, except those with a handler of their own', async () => {
        const named: string[] = [];
        await start(
          consumer('a', '*'),
          consumer('a', 'Other', ({ type }) => void named.push(type)),
        );
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Other'], ['order-2', 'Third']);
        await rowsReach('a', 3);
        expect(named).toEqual(['Other']);
      });

      it('that are slow delay no other', async () => {
        const finish = gate();
        await start(
          consumer('slow', 'Noted', () => finish.passed),
          consumer('quick', 'Noted'),
        );
        await environment.publish(['order-1', 'Noted']);
        await rowsReach('quick', 1);
        await environment.publish(['order-1', 'Noted']);
        await rowsReach('quick', 2);
        expect(await environment.rows('slow')).toEqual([]);
        finish.open();
        await rowsReach('slow', 2);
      });
    });

    describe('a reactor', () => {
      it('acts in order and without a transaction, acts again after a failure, and its group moves on afterwards', async () => {
        const acts: string[] = [];
        const contexts: unknown[] = [];
        @Controller()
        class Reactor {
          @EventPattern<string>('Noted', { group: 'a', reacts: true })
          on(@Payload() { revision, stream }: RecordedEvent, @Ctx() context: Partial<EventContext>): void {
            acts.push(`${stream}@${revision}`);
            contexts.push(context);
            if (acts.length === 2) throw new EventStoreUnavailable();
          }
        }
        await start(Reactor);
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Noted'], ['order-1', 'Noted']);
        await until(() => acts.includes('order-1@2'));
        expect(acts.filter((event, index) => acts.indexOf(event) === index)).toEqual([
          'order-1@0',
          'order-1@1',
          'order-1@2',
        ]);
        expect(contexts.every((context) => JSON.stringify(context) === '{"group":"a"}')).toBe(true);
        await until(async () => (await environment.checkpoint('a')) !== null);
      });
    });

    describe('a reactor and a handler of the same type in one group', () => {
      it('run in that order, and the handler gets the result of the reactor', async () => {
        const acts: string[] = [];
        @Controller()
        class Both {
          @EventPattern<string>('Noted', { group: 'a', reacts: true })
          act(@Payload() { revision, stream }: RecordedEvent): string {
            acts.push(`${stream}@${revision}`);
            if (acts.length === 1) throw new EventStoreUnavailable();
            return `acted on ${stream}@${revision}`;
          }

          @EventPattern<string>('Noted', { group: 'a' })
          async write(
            @Payload() { stream }: RecordedEvent,
            @Ctx() { acted, gather, group, written }: EventContext,
          ): Promise<void> {
            const insert = 'INSERT INTO handled (group_id, event) SELECT * FROM unnest($1::text[], $2::text[])';
            gather(insert, [group, String(acted)]);
            if (stream !== 'order-2') return;
            await written();
            gather(insert, [group, 'after all others']);
          }
        }
        await start(Both);
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Noted'], ['order-2', 'Noted']);
        await rowsReach('a', 4);
        expect(new Set(await environment.rows('a'))).toEqual(
          new Set(['acted on order-1@0', 'acted on order-1@1', 'acted on order-2@0', 'after all others']),
        );
      });
    });

    describe('an error', () => {
      it('reaches the inbox as it was thrown: a broken rule parks one stream in one group', async () => {
        await start(
          consumer('a', 'Noted', ({ stream }) => {
            if (stream === 'order-1') throw new DomainError('not-allowed', 'said to nobody');
          }),
          consumer('b', 'Noted'),
        );
        await environment.publish(['order-1', 'Noted'], ['order-2', 'Noted'], ['order-1', 'Noted']);
        await Promise.all([rowsReach('a', 1), rowsReach('b', 3)]);
        await until(() => environment.alerts.length > 0);
        expect(environment.alerts).toEqual(['parked a order-1 DomainError:not-allowed']);
        expect(await environment.rows('a')).toEqual(['order-2@0']);
      });

      it('once fixed, lets the parked stream be replayed in order and continue', async () => {
        let broken = true;
        const delivery = await start(
          consumer('a', 'Noted', () => {
            if (broken) throw new TypeError('a bug');
          }),
        );
        await environment.publish(['order-1', 'Noted'], ['order-1', 'Noted']);
        await until(() => environment.alerts.includes('parked a order-1 TypeError'));
        expect(await delivery.replayParked('a', 'order-1')).toMatchObject({ replayed: 0, failure: 'TypeError' });
        broken = false;
        await until(async () => (await delivery.replayParked('a', 'order-1')).failure === null);
        await environment.publish(['order-1', 'Noted']);
        await rowsReach('a', 3);
        expect(await environment.rows('a')).toEqual(['order-1@0', 'order-1@1', 'order-1@2']);
      });

      it('is the answer to replaying a group that this process does not run', async () => {
        const delivery = await start(consumer('a', 'Noted'));
        await expect(delivery.replayParked('b', 'order-1')).rejects.toThrow(new DomainError('not-found'));
      });
    });

    describe('refused at the start', () => {
      it('two handlers of one type in a group', () =>
        expect(environment.start([consumer('a', 'Noted'), consumer('a', 'Noted')])).rejects.toThrow(
          'group a has two handlers of Noted',
        ));

      it('a handler without a group', () => {
        @Controller()
        class Nameless {
          @EventPattern<string>('Noted')
          on(): void {}
        }
        return expect(environment.start([Nameless])).rejects.toThrow("@EventPattern('Noted') must name its group");
      });

      it('a handler that would send a reply', () => {
        @Controller()
        class Answering {
          @MessagePattern('Noted', { group: 'a' })
          on(): string {
            return 'answer';
          }
        }
        return expect(environment.start([Answering])).rejects.toThrow('only @EventPattern handlers');
      });
    });
  });

/*
 * What every transport promises its handlers, whatever it is made of. One suite, run on each.
 *
 * Promised: order in a stream, at least once, groups that do not know each other, the inbox sees the error that was thrown.
 * Not promised: order between streams, that two groups are equally far, an effect outside the inbox's transaction once.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, EventStoreUnavailable, type EventContext, type RecordedEvent } from '@dittoo/kernel';
import { Controller, type Type } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';

export interface RunningDelivery {
  replayParked(group: string, stream: string): Promise<{ readonly replayed: number; readonly failure: string | null }>;
  /** Stops taking chunks, lets the one in hand finish. */
  close(): Promise<void>;
}

/** One log, one transport, one database with the inbox; processes come and go on it. */
export interface DeliveryGround {
  /** A process: a Nest application as services run it, with these controllers. */
  start(controllers: readonly Type[]): Promise<RunningDelivery>;
  /** Appends one event to each stream, in this order, and publishes them. */
  say(...events: readonly (readonly [stream: string, type: string])[]): Promise<void>;
  /** What was alerted, as `parked <group> <stream> <failure>` or `retrying <group> <failure>`. */
  readonly alerts: readonly string[];
  /** What the handlers wrote through their transaction, in order: `<stream>@<revision>`. */
  rows(group: string): Promise<string[]>;
  checkpoint(group: string): Promise<bigint | null>;
  close(): Promise<void>;
}

export type Handle = (event: RecordedEvent) => Promise<void> | void;

/** A consumer as apps write them: it writes a row, then does what the spec says. */
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
    if (Date.now() > deadline) throw new Error('did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Handlers wait here until it is opened. */
export const gate = (): { readonly passed: Promise<void>; open(): void } => {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
};

export const deliveryContract = (name: string, prepare: () => Promise<DeliveryGround>): void =>
  describe(`${name}, as every delivery,`, () => {
    let ground: DeliveryGround;
    const running = new Set<RunningDelivery>();
    const start = async (...controllers: Type[]): Promise<RunningDelivery> => {
      const delivery = await ground.start(controllers);
      running.add(delivery);
      return delivery;
    };
    const stop = async (delivery: RunningDelivery): Promise<void> => {
      running.delete(delivery);
      await delivery.close();
    };
    const rowsReach = (group: string, count: number): Promise<void> =>
      until(async () => (await ground.rows(group)).length >= count);

    beforeEach(async () => {
      ground = await prepare();
    });
    afterEach(async () => {
      for (const delivery of running) await stop(delivery);
      await ground.close();
    });

    describe('order', () => {
      it('is that of the stream, across chunks and streams', async () => {
        const streams = ['order-1', 'order-2', 'order-3'];
        const events = Array.from({ length: 250 }, (_, index) => [streams[index % 3]!, 'Noted'] as const);
        await start(consumer('a', 'Noted'));
        for (let from = 0; from < events.length; from += 60) await ground.say(...events.slice(from, from + 60));
        await rowsReach('a', events.length);
        for (const stream of streams) {
          const revisions = (await ground.rows('a'))
            .filter((row) => row.startsWith(stream))
            .map((row) => Number(row.split('@')[1]));
          expect(revisions).toEqual(revisions.map((_, index) => index));
        }
      });
    });

    describe('at least once', () => {
      it('a transient failure brings the event again, its rows once', async () => {
        let attempts = 0;
        await start(
          consumer('a', 'Noted', () => {
            if (++attempts < 4) throw new EventStoreUnavailable();
          }),
        );
        await ground.say(['order-1', 'Noted'], ['order-1', 'Noted']);
        await rowsReach('a', 2);
        expect(attempts).toBe(5);
        expect(await ground.rows('a')).toEqual(['order-1@0', 'order-1@1']);
      });

      it('rows that are gathered stand there once, whatever happened to the rest of their chunk', async () => {
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
        await ground.say(['order-1', 'Noted'], ['order-1', 'Noted'], ['order-2', 'Noted'], ['order-3', 'Noted']);
        await start(Gatherer);
        await rowsReach('a', 3);
        expect([...(await ground.rows('a'))].sort()).toEqual(['order-1@0', 'order-2@0', 'order-3@0']);
      });

      it('what was said before anybody listened is heard', async () => {
        await ground.say(['order-1', 'Noted']);
        await start(consumer('a', 'Noted'));
        await rowsReach('a', 1);
      });

      it('a process that starts again goes on where it stood', async () => {
        await ground.say(['order-1', 'Noted']);
        const first = await start(consumer('a', 'Noted'));
        await rowsReach('a', 1);
        await stop(first);
        await ground.say(['order-1', 'Noted']);
        await start(consumer('a', 'Noted'));
        await rowsReach('a', 2);
        expect(await ground.rows('a')).toEqual(['order-1@0', 'order-1@1']);
      });

      it('closing lets the chunk in hand finish', async () => {
        const [entered, finish] = [gate(), gate()];
        const delivery = await start(
          consumer('a', 'Noted', async () => {
            entered.open();
            await finish.passed;
          }),
        );
        await ground.say(['order-1', 'Noted']);
        await entered.passed;
        const closed = stop(delivery);
        finish.open();
        await closed;
        expect(await ground.rows('a')).toEqual(['order-1@0']);
        expect(await ground.checkpoint('a')).not.toBeNull();
      });
    });

    describe('groups', () => {
      it('each get every event of their types', async () => {
        await start(consumer('a', 'Noted'), consumer('b', 'Noted'), consumer('c', 'Other'));
        await ground.say(['order-1', 'Noted'], ['order-1', 'Other'], ['order-2', 'Noted']);
        await Promise.all([rowsReach('a', 2), rowsReach('b', 2), rowsReach('c', 1)]);
        expect(await ground.rows('c')).toEqual(['order-1@1']);
      });

      it('with `*` get every type, except what they name', async () => {
        const named: string[] = [];
        await start(
          consumer('a', '*'),
          consumer('a', 'Other', ({ type }) => void named.push(type)),
        );
        await ground.say(['order-1', 'Noted'], ['order-1', 'Other'], ['order-2', 'Third']);
        await rowsReach('a', 3);
        expect(named).toEqual(['Other']);
      });

      it('that are slow hold up no other', async () => {
        const finish = gate();
        await start(
          consumer('slow', 'Noted', () => finish.passed),
          consumer('quick', 'Noted'),
        );
        await ground.say(['order-1', 'Noted']);
        await rowsReach('quick', 1);
        await ground.say(['order-1', 'Noted']);
        await rowsReach('quick', 2);
        expect(await ground.rows('slow')).toEqual([]);
        finish.open();
        await rowsReach('slow', 2);
      });
    });

    describe('a reactor', () => {
      it('acts in order, finds no transaction, acts again after a failure, and its group moves on afterwards', async () => {
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
        await ground.say(['order-1', 'Noted'], ['order-1', 'Noted'], ['order-1', 'Noted']);
        await until(() => acts.includes('order-1@2'));
        expect(acts.filter((event, index) => acts.indexOf(event) === index)).toEqual([
          'order-1@0',
          'order-1@1',
          'order-1@2',
        ]);
        expect(contexts.every((context) => JSON.stringify(context) === '{"group":"a"}')).toBe(true);
        await until(async () => (await ground.checkpoint('a')) !== null);
      });
    });

    describe('a reactor and a handler of the same type in one group', () => {
      it('act first and write then, in order, and the rows find what the act returned', async () => {
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
        await ground.say(['order-1', 'Noted'], ['order-1', 'Noted'], ['order-2', 'Noted']);
        await rowsReach('a', 4);
        expect(new Set(await ground.rows('a'))).toEqual(
          new Set(['acted on order-1@0', 'acted on order-1@1', 'acted on order-2@0', 'after all others']),
        );
      });
    });

    describe('an error', () => {
      it('reaches the inbox as it was thrown: a rule parks one stream in one group', async () => {
        await start(
          consumer('a', 'Noted', ({ stream }) => {
            if (stream === 'order-1') throw new DomainError('not-allowed', 'said to nobody');
          }),
          consumer('b', 'Noted'),
        );
        await ground.say(['order-1', 'Noted'], ['order-2', 'Noted'], ['order-1', 'Noted']);
        await Promise.all([rowsReach('a', 1), rowsReach('b', 3)]);
        await until(() => ground.alerts.length > 0);
        expect(ground.alerts).toEqual(['parked a order-1 DomainError:not-allowed']);
        expect(await ground.rows('a')).toEqual(['order-2@0']);
      });

      it('mended, the parked stream is replayed in order and goes on', async () => {
        let broken = true;
        const delivery = await start(
          consumer('a', 'Noted', () => {
            if (broken) throw new TypeError('a bug');
          }),
        );
        await ground.say(['order-1', 'Noted'], ['order-1', 'Noted']);
        await until(() => ground.alerts.includes('parked a order-1 TypeError'));
        expect(await delivery.replayParked('a', 'order-1')).toMatchObject({ replayed: 0, failure: 'TypeError' });
        broken = false;
        await until(async () => (await delivery.replayParked('a', 'order-1')).failure === null);
        await ground.say(['order-1', 'Noted']);
        await rowsReach('a', 3);
        expect(await ground.rows('a')).toEqual(['order-1@0', 'order-1@1', 'order-1@2']);
      });

      it('is what replaying a group nobody here runs gives', async () => {
        const delivery = await start(consumer('a', 'Noted'));
        await expect(delivery.replayParked('b', 'order-1')).rejects.toThrow(new DomainError('not-found'));
      });
    });

    describe('refused at the start', () => {
      it('two handlers of one type in a group', () =>
        expect(ground.start([consumer('a', 'Noted'), consumer('a', 'Noted')])).rejects.toThrow(
          'group a has two handlers of Noted',
        ));

      it('a handler that names no group', () => {
        @Controller()
        class Nameless {
          @EventPattern<string>('Noted')
          on(): void {}
        }
        return expect(ground.start([Nameless])).rejects.toThrow("@EventPattern('Noted') must name its group");
      });

      it('a handler that would answer', () => {
        @Controller()
        class Answering {
          @MessagePattern('Noted', { group: 'a' })
          on(): string {
            return 'answer';
          }
        }
        return expect(ground.start([Answering])).rejects.toThrow('only @EventPattern handlers');
      });
    });
  });

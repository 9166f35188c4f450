/*
 * The promises of the inbox, whatever the source of a stretch. One suite, run on stretches of the log and of a
 * partition.
 *
 * Promised: rows and the group's place change together or not at all, so an effect happens once, however often an event
 * is delivered; a poisoned event stops its stream and no other, until it is replayed; reactors act before the rows are
 * written and hold no lock. Not promised: that an act happens once.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError } from '@dittoo/kernel';
import { MemoryEventStore } from '@dittoo/testing';
import type { EntityManager } from 'typeorm';
import { handlingOf, InboxFixture, type Source, type Write } from './inbox-fixture.contract.js';
import { TypeOrmInbox } from './typeorm-inbox.js';

export const inboxContract = (source: Source): void =>
  describe(`the inbox, by ${source.name},`, () => {
    const on = new InboxFixture(source);
    const { deliver, failing, log, seen, standing, write } = on;
    beforeAll(() => on.open());
    afterAll(() => on.close());
    beforeEach(() => on.renew());

    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    const poison = new DomainError('not-allowed', 'Ada Lovelace, ada@example.org');

    describe('how old the oldest unhandled event is', () => {
      const since = () => on.inbox.unhandledSince(on.group, (type) => type === 'Noted');

      it('is read from the log: it says so although nothing was delivered, and ends when it was', async () => {
        expect(await since()).toBeNull();
        const [first, second] = await log('order-1', 'order-2');
        expect(await since()).toBe(first!.metadata.recordedAt);
        await deliver([first!]);
        expect(await since()).toBe(second!.metadata.recordedAt);
        await deliver([second!]);
        expect(await since()).toBeNull();
        expect(await on.inbox.unhandledSince(on.group, () => false)).toBeNull();
      });
    });

    describe('idempotence', () => {
      it('writes rows and place of a stretch', async () => {
        const events = await log('order-1', 'order-2', 'order-1');
        expect(await standing()).toBeNull();
        expect(await deliver(events)).toBe('done');
        expect(await seen()).toEqual([0n, 7n, 14n]);
        expect(await standing()).toBe(14n);
      });

      it('ignores a redelivered stretch; takes at most the new events of an overlapping one', async () => {
        const events = await log('order-1', 'order-2');
        await deliver(events);
        expect(await deliver(events)).toBe(source.again);
        const next = await log('order-3');
        expect(await deliver([...events, ...next])).toBe(source.again);
        await deliver(next);
        expect(await seen()).toEqual([0n, 7n, 14n]);
        expect(on.took).toEqual([0n, 7n, 14n]);
      });

      it('does not move the place back for an older stretch', async () => {
        const events = await log('order-1', 'order-2', 'order-3');
        await deliver(events);
        await deliver(events.slice(0, 1));
        expect(await standing()).toBe(14n);
      });

      it('refuses a stretch after a hole: the group is elsewhere', async () => {
        const events = await log('order-1', 'order-2', 'order-3');
        await deliver(events.slice(0, 1));
        expect(await deliver(events.slice(2))).toBe('elsewhere');
        expect(await seen()).toEqual([0n]);
        expect(await standing()).toBe(0n);
      });

      it('skips types that no handler takes', async () => {
        const [event] = await log('order-1', 'order-2');
        const unwanted = { ...event!, type: 'Unwanted' };
        expect(await deliver([unwanted])).toBe('done');
        expect(await seen()).toEqual([]);
        expect(on.took).toEqual([]);
        expect(await standing()).toBe(0n);
      });

      it('handles each event once when two processes run one group', async () => {
        const events = await log(...Array.from({ length: 40 }, (_, index) => `order-${index % 4}`));
        const other = new TypeOrmInbox(on.dataSource, on.store, on.heard);
        const outcomes = await Promise.all([
          deliver(events),
          deliver(events, write, other),
          deliver(events),
          deliver(events, write, other),
        ]);
        expect(new Set(outcomes)).toEqual(new Set(['done', source.again]));
        expect(await seen()).toEqual(events.map(({ position }) => position));
      });
    });

    describe('atomicity', () => {
      it('changes nothing on a transient error, and asks for a retry', async () => {
        const events = await log('order-1', 'order-2', 'order-3');
        expect(await deliver(events, failing(lost, 7n))).toBe('later');
        expect(await seen()).toEqual([]);
        expect(await standing()).toBeNull();
        expect(await on.inbox.parkedStreams()).toEqual([]);
        expect(on.alerts).toEqual(['retrying Error:ECONNRESET']);
        expect(await deliver(events)).toBe('done');
        expect(await seen()).toEqual([0n, 7n, 14n]);
      });

      it.each([
        ['finds out at the next statement', () => true],
        ['hears of it before', (manager: EntityManager) => manager.queryRunner!.isReleased],
      ])('a process whose connection dies before the commit leaves nothing, whether it %s', async (_when, noticed) => {
        const events = await log('order-1', 'order-2');
        let dying = true;
        const outcome = await deliver(events, async (event, manager) => {
          await write(event, manager);
          if (event.position !== 7n || !dying) return;
          dying = false;
          const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
          await on.dataSource.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
          while (!noticed(manager)) await new Promise((resolve) => setTimeout(resolve, 5));
        });
        expect(outcome).toBe('later');
        expect(on.alerts).toHaveLength(1);
        expect(await seen()).toEqual([]);
        expect(await deliver(events)).toBe('done');
        expect(await seen()).toEqual([0n, 7n]);
      });
    });

    describe('poison', () => {
      it('parks its stream with all later events of it; the others continue; an alert is sent', async () => {
        const events = await log('order-1', 'order-2', 'order-1', 'order-3', 'order-2');
        expect(await deliver(events, failing(poison, 7n))).toBe('done');
        expect(await seen()).toEqual([0n, 14n, 21n]);
        expect(await standing()).toBe(28n);
        expect(on.alerts).toEqual(['parked order-2 7 DomainError:not-allowed']);

        await deliver(await log('order-2', 'order-1')); // in later stretches too
        expect(await seen()).toEqual([0n, 14n, 21n, 42n]);
        expect(await on.inbox.parkedStreams()).toContainEqual(
          expect.objectContaining({
            group: on.group,
            stream: 'order-2',
            failure: 'DomainError:not-allowed',
            waiting: 3,
          }),
        );
        const places = await on.inbox.parkedAmong(['order-1', 'order-2', 'order-3']);
        expect(places.filter(({ group }) => group === on.group)).toEqual([{ group: on.group, stream: 'order-2' }]);
        expect(await on.inbox.parkedAmong(['order-1'])).not.toContainEqual({ group: on.group, stream: 'order-1' });
        expect(await on.inbox.parkedAmong([])).toEqual([]);
      });

      it('in one group leaves the others alone', async () => {
        const events = await log('order-1', 'order-1');
        await deliver(events, failing(poison, 0n));
        await on.otherGroup();
        await deliver(events);
        expect(await seen()).toEqual([0n, 7n]);
      });

      it('never stores or reports the error’s message', async () => {
        await deliver(await log('order-1'), failing(poison, 0n));
        const odd = Object.assign(new Error('Ada'), { code: 'Ada Lovelace, ada@example.org' });
        await deliver(await log('order-2'), failing(odd, 7n));
        const rows = await on.dataSource.query(
          'SELECT p::text, e::text FROM delivery.parked_stream p, delivery.parked_event e',
        );
        expect(JSON.stringify([rows, on.alerts])).not.toMatch(/Ada|example\.org/);
      });

      it('twice in one stretch parks both', async () => {
        await deliver(await log('order-1', 'order-2', 'order-3'), failing(poison, 0n, 14n));
        expect(await seen()).toEqual([7n]);
        expect((await on.inbox.parkedStreams()).filter((parked) => parked.group === on.group)).toHaveLength(2);
      });

      it('is found where only the commit fails', async () => {
        await on.dataSource.query(`CREATE TABLE IF NOT EXISTS deferred (
          group_id text, stream text, UNIQUE (group_id, stream) DEFERRABLE INITIALLY DEFERRED)`);
        const events = await log('order-1', 'order-2', 'order-1', 'order-3');
        const outcome = await deliver(events, async (event, manager) => {
          await write(event, manager);
          await manager.query('INSERT INTO deferred VALUES ($1, $2)', [on.group, event.stream]);
        });
        expect(outcome).toBe('done');
        expect(await seen()).toEqual([0n, 7n, 21n]);
        expect(on.alerts).toEqual(['parked order-1 14 QueryFailedError:23505']);
      });

      it('together with a transient error is parked, and the rest is retried', async () => {
        const events = await log('order-1', 'order-2', 'order-3');
        const outcome = await deliver(events, async (event, manager) => {
          await write(event, manager);
          if (event.position === 0n) throw poison;
          if (event.position === 14n) throw lost;
        });
        expect(outcome).toBe('later');
        expect(await seen()).toEqual([]);
        expect(await standing()).toBeNull();
        await deliver(events);
        expect(await seen()).toEqual([7n, 14n]);
      });
    });

    describe('replay of a parked stream', () => {
      const replay = (handle: Write = write) => on.inbox.replayParked(on.group, 'order-1', handlingOf(handle));

      it('handles the waiting events in order, and lets the stream continue', async () => {
        await deliver(await log('order-1', 'order-2', 'order-1', 'order-1'), failing(poison, 0n));
        expect(await replay()).toEqual({ replayed: 3, waiting: 0, failure: null });
        expect(await seen()).toEqual([7n, 0n, 14n, 21n]);
        expect((await on.inbox.parkedStreams()).filter((parked) => parked.group === on.group)).toEqual([]);
        await deliver(await log('order-1'));
        expect(await seen()).toEqual([7n, 0n, 14n, 21n, 28n]);
        expect(await replay()).toEqual({ replayed: 0, waiting: 0, failure: null });
      });

      it('stops where it fails again; handled events stay handled', async () => {
        await deliver(await log('order-1', 'order-1', 'order-1'), failing(poison, 0n));
        expect(await replay(failing(poison, 7n))).toEqual({
          replayed: 1,
          waiting: 2,
          failure: 'DomainError:not-allowed',
        });
        expect(await seen()).toEqual([0n]);
        await deliver(await log('order-1'));
        expect(await seen()).toEqual([0n]);
        expect(await replay()).toEqual({ replayed: 3, waiting: 0, failure: null });
        expect(await seen()).toEqual([0n, 7n, 14n, 21n]);
        expect(on.alerts).toContain('replay failed order-1 DomainError:not-allowed');
      });

      it('handles each event once and in order while the group and a second replay are running', async () => {
        await deliver(await log('order-1', 'order-1'), failing(poison, 0n));
        const later = [await log('order-1'), await log('order-1'), await log('order-1')];
        await Promise.all([
          replay(),
          replay(),
          (async () => {
            for (const events of later) await deliver(events);
          })(),
        ]);
        await replay();
        expect(await seen()).toEqual([0n, 7n, 14n, 21n, 28n]);
      });

      it('refuses a log other than the one whose event it parked', async () => {
        await deliver(await log('order-1'), failing(poison, 0n));
        on.inbox = new TypeOrmInbox(on.dataSource, new MemoryEventStore(), on.heard);
        expect(await replay()).toMatchObject({ replayed: 0, waiting: 1, failure: 'Error' });
      });
    });
  });

/*
 * The inbox's promises to reactors, whatever the source of a stretch: they act before any row is written, hold no lock
 * while acting, and an event they cannot act on stops one stream. Not promised: that an act happens once.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainError, type GroupHandling, type RecordedEvent } from '@dittoo/kernel';
import { handlingOf, InboxFixture, type Source, type Write } from './inbox-fixture.contract.js';

export const reactorsContract = (source: Source): void =>
  describe(`by ${source.name},`, () => {
    const on = new InboxFixture(source);
    const { deliver, failing, log, seen, write } = on;
    beforeAll(() => on.open());
    afterAll(() => on.close());
    beforeEach(() => on.renew());

    const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    const poison = new DomainError('not-allowed', 'Ada Lovelace, ada@example.org');

    describe('reactors', () => {
      const act = (
        events: readonly RecordedEvent[],
        react: NonNullable<GroupHandling['react']>,
        handle: Write = write,
      ) => on.inbox.deliver(on.group, source.stretch(events), handlingOf(handle, react));

      it('act before any row is written, and hold no lock while acting', async () => {
        const events = await log('order-1', 'order-2');
        const acted: bigint[] = [];
        const outcome = await act(events, async (page) => {
          await on.dataSource.query('SELECT FROM delivery.group_checkpoint WHERE group_id = $1 FOR UPDATE NOWAIT', [
            on.group,
          ]);
          expect(await seen()).toEqual([]);
          acted.push(...page.map(({ position }) => position));
        });
        expect(outcome).toBe('done');
        expect(acted).toEqual([0n, 7n]);
        expect(await seen()).toEqual([0n, 7n]);
      });

      it('act again after a transient failure, until then nothing is written', async () => {
        const events = await log('order-1');
        let acts = 0;
        const react = (): Promise<void> => (++acts < 2 ? Promise.reject(lost) : Promise.resolve());
        expect(await act(events, react)).toBe('later');
        expect(await seen()).toEqual([]);
        expect(await act(events, react)).toBe('done');
        expect([acts, await seen()]).toEqual([2, [0n]]);
      });

      it('park the stream of an event they cannot act on; the others continue', async () => {
        const events = await log('order-1', 'order-2', 'order-1', 'order-3');
        const react = (page: readonly RecordedEvent[]): Promise<void> =>
          page.some(({ position }) => position === 0n) ? Promise.reject(poison) : Promise.resolve();
        expect(await act(events, react)).toBe('done');
        expect(await seen()).toEqual([7n, 21n]);
        expect(on.alerts).toEqual(['parked order-1 0 DomainError:not-allowed']);
        let acted: bigint[] = [];
        const mended = handlingOf(write, (page) => {
          acted = [...acted, ...page.map(({ position }) => position)];
          return Promise.resolve();
        });
        expect(await on.inbox.replayParked(on.group, 'order-1', mended)).toEqual({
          replayed: 2,
          waiting: 0,
          failure: null,
        });
        expect(acted).toEqual([0n, 14n]);
      });

      it('do not act on handled or parked events', async () => {
        const first = await log('order-1', 'order-2');
        await deliver(first, failing(poison, 0n));
        const acted: bigint[] = [];
        const react = (page: readonly RecordedEvent[]): Promise<void> => {
          acted.push(...page.map(({ position }) => position));
          return Promise.resolve();
        };
        await act(first, react);
        await act(await log('order-1', 'order-2'), react);
        expect(acted).toEqual([21n]);
      });

      it('change nothing where another process wrote their rows meanwhile', async () => {
        const events = await log('order-1');
        const outcome = await act(events, async () => {
          await deliver(events);
        });
        expect(outcome).toBe(source.again);
        expect(await seen()).toEqual([0n]);
      });
    });

    describe('a place lost with the last commits of a database', () => {
      it('is noticed: later events are refused until the lost ones are redelivered', async () => {
        const [first, second] = [await log('order-1'), await log('order-2')];
        await deliver(first);
        await on.dataSource.query('UPDATE delivery.group_checkpoint SET position = -1 WHERE group_id = $1', [on.group]);
        await on.dataSource.query('DELETE FROM delivery.stream_revision WHERE group_id = $1', [on.group]);
        await on.dataSource.query('UPDATE delivery.partition_offset SET next_offset = 0 WHERE group_id = $1', [
          on.group,
        ]);
        await on.dataSource.query('DELETE FROM seen WHERE group_id = $1', [on.group]);
        expect(await deliver(second)).toBe('elsewhere');
        await deliver(first);
        await deliver(second);
        expect(await seen()).toEqual([0n, 7n]);
      });
    });
  });

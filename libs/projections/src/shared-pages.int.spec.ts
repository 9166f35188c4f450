import { DomainError, type DeliveryOutcome, type GroupHandling, type RecordedEvent } from '@dittoo/kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { handlingOf, InboxFixture, step, type Write } from './inbox-fixture.contract.js';
import { TypeOrmInbox } from './typeorm-inbox.js';

/*
 * Promised: pages of several groups that are ready together share a transaction, and each ends as if it had been alone.
 * A group that waits delays the others once, and only briefly.
 */
const on = new InboxFixture({
  name: 'pages of several groups',
  again: 'elsewhere',
  begin: () => Promise.resolve(),
  stretch: () => {
    throw new Error('each group has pages of its own');
  },
  standing: (inbox, group) => inbox.checkpoint(group),
});
beforeAll(() => on.open());
afterAll(() => on.close());
beforeEach(() => on.renew());

const lost = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
const poison = new DomainError('not-allowed', 'a rule');

const page = (events: readonly RecordedEvent[], after: bigint | null = null) =>
  ({ source: 'log', after, events, checkpoint: events.at(-1)!.position }) as const;

const handlingIn = (
  group: string,
  then: (event: RecordedEvent) => Promise<void> = () => Promise.resolve(),
): GroupHandling<EntityManager> =>
  handlingOf(async (event, manager) => {
    await manager.query('INSERT INTO seen VALUES ($1, $2, pg_current_xact_id()::text)', [
      group,
      String(event.position),
    ]);
    await then(event);
  });

const rowsOf = async (group: string): Promise<{ position: string; stream: string }[]> =>
  on.dataSource.query('SELECT position, stream FROM seen WHERE group_id = $1 ORDER BY id', [group]);

describe('pages that are ready together', () => {
  it('share one transaction', async () => {
    const events = await on.log('order-1', 'order-2');
    const groups = ['a', 'b', 'c', 'd'].map((name) => `${on.group}-${name}`);
    const first = await Promise.all(groups.map((group) => on.inbox.deliver(group, page(events), handlingIn(group))));
    expect(first).toEqual(groups.map(() => 'done')); // creates the groups' rows, each in its own transaction
    const next = await on.log('order-1');
    await Promise.all(
      groups.map((group) => on.inbox.deliver(group, page(next, events.at(-1)!.position), handlingIn(group))),
    );
    const rows = (await Promise.all(groups.map(rowsOf))).map((own) => own.at(-1)!);
    expect(rows.map(({ position }) => position)).toEqual(groups.map(() => '14'));
    expect(new Set(rows.map(({ stream: transaction }) => transaction)).size).toBe(1);
  });

  it('are delayed only briefly by a group whose handler waits', async () => {
    const events = await on.log('order-1');
    const groups = ['slow', 'quick', 'too'].map((name) => `${on.group}-${name}`);
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let after = events.at(-1)!.position;
    let slow: Promise<DeliveryOutcome> | undefined;
    for (let round = 0; round < 3; round++) {
      const next = await on.log('order-1');
      const [slowGroup, ...others] = groups as [string, ...string[]];
      slow ??= on.inbox.deliver(
        slowGroup,
        page(next, after),
        handlingIn(slowGroup, () => finished),
      );
      const outcomes = await Promise.all(
        others.map((group) => on.inbox.deliver(group, page(next, after), handlingIn(group))),
      );
      expect(outcomes).toEqual(['done', 'done']);
      after = next.at(-1)!.position;
    }
    expect(await rowsOf(groups[0]!)).toHaveLength(1);
    finish();
    expect(await slow).toBe('done');
    expect((await rowsOf(groups[0]!)).map(({ position }) => position)).toEqual(['0', '7']);
  });

  it('leave nothing of a page that was given up while its handler continued', async () => {
    const events = await on.log('order-1');
    const groups = ['slow', 'quick'].map((name) => `${on.group}-${name}`);
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    const next = await on.log('order-1');
    const after = events.at(-1)!.position;
    const write = (group: string, what: string, manager: EntityManager): Promise<unknown> =>
      manager.query('INSERT INTO seen VALUES ($1, $2, $3)', [group, '7', what]);
    let begun = 0;
    // Many statements in sequence, so that one of them is running when the page is given up.
    const inSteps: Write = async (_event, manager) => {
      begun += 1;
      const end = performance.now() + 400;
      for (let part = 0; performance.now() < end; part++) await write(groups[0]!, `part ${part} of ${begun}`, manager);
    };
    const outcomes = await Promise.all([
      on.inbox.deliver(groups[0]!, page(next, after), handlingOf(inSteps)),
      on.inbox.deliver(groups[1]!, page(next, after), handlingIn(groups[1]!)),
    ]);
    expect(outcomes).toEqual(['done', 'done']);
    expect(begun).toBe(2);
    const rows = (await rowsOf(groups[0]!)).slice(1);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(({ stream }) => stream)).toEqual(rows.map((_, part) => `part ${part} of 2`));
  });

  it('give no connection back inside a transaction, also where the handler begins transactions of its own', async () => {
    const events = await on.log('order-1');
    const groups = ['slow', 'quick'].map((name) => `${on.group}-${name}`);
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    const next = await on.log('order-1');
    const after = events.at(-1)!.position;
    let begun = 0;
    const nested: Write = async (_event, manager) => {
      begun += 1;
      for (const end = performance.now() + 400; performance.now() < end;)
        await manager.transaction((inner) =>
          inner.query('INSERT INTO seen VALUES ($1, 7, $2)', [groups[0]!, `turn ${begun}`]),
        );
    };
    const outcomes = await Promise.all([
      on.inbox.deliver(groups[0]!, page(next, after), handlingOf(nested)),
      on.inbox.deliver(groups[1]!, page(next, after), handlingIn(groups[1]!)),
    ]);
    expect(outcomes).toEqual(['done', 'done']);
    const rows = (await rowsOf(groups[0]!)).slice(1);
    expect(new Set(rows.map(({ stream }) => stream))).toEqual(new Set(['turn 2']));
    const open = await on.dataSource.query<{ state: string }[]>(
      `SELECT state FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    expect(open).toEqual([]);
  });

  it('are delayed only briefly by a group that waits for a lock', async () => {
    const events = await on.log('order-1');
    const groups = ['waits', 'quick'].map((name) => `${on.group}-${name}`);
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    const next = await on.log('order-1');
    const after = events.at(-1)!.position;
    const other = on.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('SELECT pg_advisory_xact_lock(77)');
    const waits = on.inbox.deliver(
      groups[0]!,
      page(next, after),
      handlingOf(async (_event, manager) => {
        await manager.query('SELECT pg_advisory_xact_lock(77)');
      }),
    );
    expect(await on.inbox.deliver(groups[1]!, page(next, after), handlingIn(groups[1]!))).toBe('done');
    await other.commitTransaction();
    await other.release();
    expect(await waits).toBe('done');
  });

  it('are delayed once by a group that is slow: its next pages have a transaction of their own', async () => {
    const events = await on.log('order-1');
    const groups = ['slow', 'quick'].map((name) => `${on.group}-${name}`) as [string, string];
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    let after = events.at(-1)!.position;
    const begun: [slow: number, quick: number][] = [];
    for (let round = 0; round < 3; round++) {
      const next = await on.log('order-1');
      const times: [number, number] = [0, 0];
      const slow = on.inbox.deliver(
        groups[0],
        page(next, after),
        handlingIn(groups[0], async () => {
          times[0]++;
          await new Promise((resolve) => setTimeout(resolve, 400));
        }),
      );
      const quick = on.inbox.deliver(
        groups[1],
        page(next, after),
        handlingIn(groups[1], () => Promise.resolve(void times[1]++)),
      );
      expect(await Promise.all([slow, quick])).toEqual(['done', 'done']);
      begun.push(times);
      after = next.at(-1)!.position;
    }
    // The slow page was given up in the first round, and began alone in the others.
    expect(begun).toEqual([
      [2, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(await rowsOf(groups[0])).toHaveLength(4);
  });

  it('are all taken once, however many are ready: none is blamed for the time the others took', async () => {
    const events = await on.log('order-1');
    const groups = Array.from({ length: 12 }, (_, index) => `${on.group}-${index}`);
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    const next = await on.log('order-1');
    const begun = new Map<string, number>();
    const outcomes = await Promise.all(
      groups.map((group) =>
        on.inbox.deliver(
          group,
          page(next, events.at(-1)!.position),
          handlingIn(group, async () => {
            begun.set(group, (begun.get(group) ?? 0) + 1);
            await new Promise((resolve) => setTimeout(resolve, 40));
          }),
        ),
      ),
    );
    expect(outcomes).toEqual(groups.map(() => 'done'));
    expect([...begun.values()]).toEqual(groups.map(() => 1));
  });

  it('that must wait for a locked place do not wait for it together', async () => {
    const events = await on.log('order-1');
    const groups = ['locked', 'free'].map((name) => `${on.group}-${name}`) as [string, string];
    for (const group of groups) await on.inbox.deliver(group, page(events), handlingIn(group));
    const next = (await on.log('order-1')).map((event) => ({ ...event, type: 'Unwanted' }));
    const after = events.at(-1)!.position;
    const other = on.dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('SELECT FROM delivery.group_checkpoint WHERE group_id = $1 FOR UPDATE', [groups[0]]);
    const locked = on.inbox.deliver(groups[0], page(next, after), handlingIn(groups[0]));
    expect(await on.inbox.deliver(groups[1], page(next, after), handlingIn(groups[1]))).toBe('done');
    await other.commitTransaction();
    await other.release();
    expect(await locked).toBe('done');
  });

  type Conduct = 'takes it' | 'is poisoned' | 'loses its connection' | 'stands elsewhere' | 'has parked it';
  const conduct = fc.constantFrom<Conduct>(
    ...(['takes it', 'is poisoned', 'loses its connection', 'stands elsewhere', 'has parked it'] as const),
  );

  it('end as if each had been alone', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ conduct, at: fc.nat({ max: 3 }) }), { minLength: 2, maxLength: 5 }),
        fc.array(fc.constantFrom('order-1', 'order-2', 'order-3'), { minLength: 4, maxLength: 6 }),
        async (groups, streams) => {
          await on.renew();
          run += 1;
          const before = await on.log('order-1');
          const events = await on.log(...streams);
          const life = async (kind: string, together: boolean): Promise<unknown[]> => {
            const inbox = new TypeOrmInbox(on.dataSource, on.store, on.heard);
            const named = groups.map((group, index) => ({ ...group, name: `run-${run}-${kind}-${index}` }));
            for (const { conduct: how, name } of named) {
              const fails = how === 'has parked it' ? () => Promise.reject(poison) : undefined;
              await inbox.deliver(name, page(before), handlingIn(name, fails));
            }
            const deliver = ({ at, conduct: how, name }: (typeof named)[number]): Promise<DeliveryOutcome> => {
              const error = how === 'is poisoned' ? poison : how === 'loses its connection' ? lost : null;
              const failing = (event: RecordedEvent): Promise<void> =>
                error !== null && event.position === events[at]!.position ? Promise.reject(error) : Promise.resolve();
              const after = how === 'stands elsewhere' ? before[0]!.position + step : before[0]!.position;
              return inbox.deliver(name, page(events, after), handlingIn(name, failing));
            };
            const outcomes: DeliveryOutcome[] = [];
            if (together) outcomes.push(...(await Promise.all(named.map(deliver))));
            else for (const group of named) outcomes.push(await deliver(group));
            const parked = await inbox.parkedStreams();
            return Promise.all(
              named.map(async ({ name }, index) => ({
                outcome: outcomes[index],
                rows: (await rowsOf(name)).map(({ position }) => position),
                checkpoint: await inbox.checkpoint(name),
                parked: parked
                  .filter(({ group }) => group === name)
                  .map(({ failure, stream, waiting }) => ({ failure, stream, waiting }))
                  .sort((a, b) => a.stream.localeCompare(b.stream)),
              })),
            );
          };
          expect(await life('together', true)).toEqual(await life('alone', false));
        },
      ),
      { numRuns: 40 },
    );
  });
});

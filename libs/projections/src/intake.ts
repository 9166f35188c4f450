import type { GroupHandling, RecordedEvent } from '@dittoo/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import type { ReadableLog } from './event-lookup.js';
import type { GroupPlace, PlacedStretch } from './group-place.js';
import { parkStream, queueParked } from './parked-streams.js';
import { PageCommits } from './page-commits.js';
import { plan, readMissing, type Plan, type FilledGaps, type Gaps } from './plan.js';
import { failureOf, Poison } from './poison.js';
import { reactTo } from './react.js';
import { PageNotWritten, RowsOfPage } from './rows-of-page.js';
import { isTransient } from './transient-error.js';

/** Alerts of the inbox. Ids and codes only. */
export interface InboxAlerts {
  /** A stream is parked in one group until it is replayed. */
  parked(group: string, stream: string, position: bigint, failure: string): void;
  /** The group waits and retries. */
  retrying(group: string, failure: string): void;
  /** A parked stream was replayed and failed again. */
  replayFailed(group: string, stream: string, failure: string): void;
  /** Committed: the group has handled these events for the first time. */
  tookIn(group: string, events: readonly RecordedEvent[]): void;
  /** The transport redelivered events that the group had handled; they were dropped. */
  repeated(group: string, events: number): void;
  /** The transport lost these events and they were read from the log: an operator should find out why. */
  healed(group: string, stream: string, events: number): void;
}

type Handling = GroupHandling<EntityManager>;

/** The result of a stretch; `failure` = why it was not handled, as an internal code. */
export type IntakeOutcome = 'done' | 'elsewhere' | { readonly failure: string };

/** A larger stretch belongs to a group far behind, and other groups must not wait for it. */
const mostSharedEvents = 50;
const noneHealed: ReadonlyMap<string, number> = new Map();

/**
 * Handles every stretch of a group: plans, lets reactors act, writes rows and place in one transaction, parks poison.
 */
export class Intake {
  private readonly commits: PageCommits;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: ReadableLog,
    private readonly alerts: InboxAlerts,
  ) {
    this.commits = new PageCommits(dataSource);
  }

  async takeIn(group: string, stretch: PlacedStretch, handling: Handling): Promise<IntakeOutcome> {
    const filledGaps: FilledGaps = new Map();
    try {
      // Ends: each turn reads missing events, or parks one more stream, or another process moved the group.
      for (;;) {
        const turn = await this.attempt(group, stretch, handling, filledGaps);
        if (turn === 'again') continue;
        if (!(turn instanceof Poison)) return turn;
        if (isTransient(turn.cause)) return this.retrying(group, turn.cause);
        if (stretch.replays) return { failure: failureOf(turn.cause) };
        const parked = await this.park(group, stretch, turn, handling, filledGaps);
        if (parked !== 'parked' && parked !== 'stale') return parked;
      }
    } catch (error) {
      // Not a handler's error. An event that only fails at the commit (a deferred constraint) is found one by one.
      const [only] = stretch.events;
      if (isTransient(error) || only === undefined) return this.retrying(group, error);
      if (stretch.replays) return { failure: failureOf(error) };
      if (stretch.events.length === 1) {
        const parked = await this.park(group, stretch, new Poison(only, error), handling, filledGaps);
        // Stale: the event is parked already, so the commit fails for another reason, which may be fixed elsewhere.
        if (parked === 'stale') return this.retrying(group, error);
        return parked === 'parked' ? this.takeIn(group, stretch, handling) : parked;
      }
      for (const piece of stretch.pieces()) {
        const taken = await this.takeIn(group, piece, handling);
        if (taken !== 'done') return taken;
      }
      return 'done';
    }
  }

  private async attempt(
    group: string,
    stretch: PlacedStretch,
    handling: Handling,
    filledGaps: FilledGaps,
  ): Promise<'done' | 'elsewhere' | 'again' | Poison> {
    try {
      const before = handling.react === undefined ? undefined : await this.react(group, stretch, handling, filledGaps);
      if (typeof before === 'string') return before;
      if (await this.passes(stretch, handling, before)) {
        this.tell(group, { healed: noneHealed, repeated: 0, take: stretch.events }, handling, false);
        return 'done';
      }
      const work = async (manager: EntityManager, place: GroupPlace): Promise<Plan | Gaps | 'again'> => {
        const now = await plan(manager, group, stretch, place, filledGaps);
        if ('gaps' in now) return now;
        // Between the first read and the lock another process may have handled an event without acting on it.
        if (before !== undefined && !now.take.every((event) => before.has(event.eventId))) return 'again';
        await write(manager, group, now, handling);
        return now;
      };
      const planned = await this.commit(stretch, work);
      if (planned === 'elsewhere' || planned === 'again') return planned;
      if ('gaps' in planned) {
        await this.fillGaps(planned, filledGaps);
        return 'again';
      }
      this.tell(group, planned, handling, stretch.heals === true);
      return 'done';
    } catch (error) {
      if (error instanceof Poison) return error;
      throw error;
    }
  }

  /** Moves the group with one statement where the stretch has no row to write. @returns whether it moved */
  private async passes(
    { events, shares }: PlacedStretch,
    handling: Handling,
    actedOn: ReadonlySet<string> = new Set(),
  ): Promise<boolean> {
    const writes = (type: string): boolean => (handling.writes ?? handling.handles)(type);
    const isDone = ({ eventId, type }: RecordedEvent): boolean =>
      !handling.handles(type) || (!writes(type) && actedOn.has(eventId));
    return shares !== undefined && events.every(isDone) && this.commits.move(shares);
  }

  private async commit(
    stretch: PlacedStretch,
    work: (manager: EntityManager, place: GroupPlace) => Promise<Plan | Gaps | 'again'>,
  ): Promise<Plan | Gaps | 'again' | 'elsewhere'> {
    const alone = (): Promise<Plan | Gaps | 'again' | 'elsewhere'> =>
      this.dataSource.transaction(async (manager) => {
        const place = await stretch.hold(manager, 'take');
        if (place === undefined) return 'elsewhere';
        const done = await work(manager, place);
        if (isTaken(done)) await stretch.move(manager, place);
        return done;
      });
    if (stretch.shares === undefined || stretch.events.length > mostSharedEvents) return alone();
    return this.commits.take<Plan | Gaps | 'again' | 'elsewhere'>({
      move: stretch.shares,
      work: async (manager, place) => {
        const done = await work(manager, place);
        return { done, moves: isTaken(done) };
      },
      moveAhead: (manager, place) => stretch.move(manager, place),
      alone,
    });
  }

  /** Lets reactors act, before any transaction. @returns the events they acted on */
  private async react(
    group: string,
    stretch: PlacedStretch,
    handling: Handling,
    filledGaps: FilledGaps,
  ): Promise<ReadonlySet<string> | 'elsewhere' | 'again'> {
    const { manager } = this.dataSource;
    const place = await stretch.hold(manager, 'read');
    if (place === undefined) return 'elsewhere';
    const planned = await plan(manager, group, stretch, place, filledGaps);
    if ('gaps' in planned) {
      await this.fillGaps(planned, filledGaps);
      return 'again';
    }
    await reactTo(
      planned.take.filter(({ type }) => handling.handles(type)),
      handling,
    );
    return new Set(planned.take.map(({ eventId }) => eventId));
  }

  private async fillGaps({ gaps }: Gaps, filledGaps: FilledGaps): Promise<void> {
    await Promise.all(gaps.map(async (gap) => filledGaps.set(gap.event.eventId, await readMissing(this.log, gap))));
  }

  /** `parked` = the stretch continues without that stream; `stale` = the event is no longer the group's next. */
  private async park(
    group: string,
    stretch: PlacedStretch,
    { cause, event }: Poison,
    handling: Handling,
    filledGaps: FilledGaps,
  ): Promise<'parked' | 'stale' | 'elsewhere' | { readonly failure: string }> {
    const failure = failureOf(cause);
    let parked: 'parked' | 'stale' | 'elsewhere';
    try {
      await handling.poisoned(event, failure, cause);
      parked = await this.dataSource.transaction(async (manager) => {
        const place = await stretch.hold(manager, 'park');
        if (place === undefined) return 'elsewhere';
        if (!(await isToBeTaken(manager, group, stretch, place, filledGaps, event))) return 'stale';
        await parkStream(manager, group, event, failure);
        return 'parked';
      });
    } catch (error) {
      // The dead letter or the row could not be written: nothing is skipped.
      return this.retrying(group, error);
    }
    if (parked !== 'parked') return parked;
    this.alerts.parked(group, event.stream, event.position, failure);
    return 'parked';
  }

  private tell(
    group: string,
    { healed, repeated, take }: Pick<Plan, 'healed' | 'repeated' | 'take'>,
    handling: Handling,
    heals: boolean,
  ): void {
    const handled = take.filter(({ type }) => handling.handles(type));
    this.alerts.tookIn(group, handled);
    if (repeated > 0 && !heals) this.alerts.repeated(group, repeated);
    for (const [stream, events] of heals ? countByStream(handled) : healed) this.alerts.healed(group, stream, events);
  }

  private retrying(group: string, error: unknown): { readonly failure: string } {
    const failure = failureOf(error);
    this.alerts.retrying(group, failure);
    return { failure };
  }
}

const countByStream = (events: readonly RecordedEvent[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { stream } of events) counts.set(stream, (counts.get(stream) ?? 0) + 1);
  return counts;
};

const isTaken = (done: Plan | Gaps | 'again'): done is Plan => done !== 'again' && 'take' in done;

const write = async (
  manager: EntityManager,
  group: string,
  { queue, revisions, take }: Plan,
  handling: Handling,
): Promise<void> => {
  const rows = new RowsOfPage(manager);
  try {
    for (const event of take) if (handling.handles(event.type)) await handled(event, manager, rows, handling);
    await rows.written();
  } catch (error) {
    // The rows of earlier events are no fault of the one that had them written: the page comes again event by event.
    throw error instanceof PageNotWritten ? error.cause : error;
  }
  await queueParked(manager, group, queue);
  await revisions.save(manager, group);
};

const handled = async (
  event: RecordedEvent,
  manager: EntityManager,
  rows: RowsOfPage,
  handling: Handling,
): Promise<void> => {
  try {
    await handling.handle(event, manager, rows);
  } catch (error) {
    throw error instanceof PageNotWritten ? error : new Poison(event, error);
  }
};

const isToBeTaken = async (
  manager: EntityManager,
  group: string,
  stretch: PlacedStretch,
  place: GroupPlace,
  filledGaps: FilledGaps,
  event: RecordedEvent,
): Promise<boolean> => {
  try {
    const planned = await plan(manager, group, stretch, place, filledGaps);
    return 'take' in planned && planned.take.some(({ eventId }) => eventId === event.eventId);
  } catch (error) {
    if (error instanceof Poison) return error.event.eventId === event.eventId;
    throw error;
  }
};

/*
 * Group commit for pages of the log. Pages of a process's groups that are ready at the same time, or during another
 * commit, share a transaction, as appends do. Promised: each page ends as if it had been alone, and a slow group delays
 * the others once, by `patienceMs` at most.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { inRevocableTransaction } from './revocable-transaction.js';
import { moveGroups, moveWithoutRows, unlockedPlaces, type GroupPlace, type Move } from './group-place.js';

/** The work of a page in a transaction, besides moving its group. */
export interface PageWork<Done> {
  readonly move: Move;
  /** @returns `moves` = the group may move on */
  work(manager: EntityManager, place: GroupPlace): Promise<{ readonly done: Done; readonly moves: boolean }>;
  /** Moves a group that is ahead of its checkpoint. */
  moveAhead(manager: EntityManager, place: GroupPlace): Promise<void>;
  /** The same work in its own transaction, which waits for the lock. */
  alone(): Promise<Done>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  resolve(outcome: Outcome | Promise<Outcome>): void;
  reject(error: unknown): void;
}

const maxShared = 50;
const patienceMs = 250;
/** The work failed or took too long in the shared transaction: it gets its own. */
const byItself = Symbol('by itself');
/** Too little time was left for it: it shares the next transaction. */
const nextTime = Symbol('next time');

export class PageCommits {
  private pages: Waiting<PageWork<unknown>, unknown>[] = [];
  private moves: Waiting<Move, boolean>[] = [];
  private readonly slow = new Set<string>();
  private underWay = 0;
  private willCommit = false;
  private moving = false;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @returns the committed result of `work`; the result of `alone`, where the page could not share a transaction
   * @throws the error of `alone`: nothing was written
   */
  take<Done>(page: PageWork<Done>): Promise<Done> {
    if (this.slow.has(page.move.group)) return this.alone(page);
    return new Promise<unknown>((resolve, reject) => {
      this.pages.push({ item: page, resolve, reject });
      this.commitSoon();
    }) as Promise<Done>;
  }

  /**
   * Moves a group that has no rows to write.
   *
   * @returns `false` = it did not move: it is not at `after`, has parked streams, or is ahead
   */
  move(move: Move): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.moves.push({ item: move, resolve, reject });
      if (!this.moving) void this.moveOn();
    });
  }

  /** Waits for the pages that are ready in the same turn of the event loop. */
  private commitSoon(): void {
    if (this.willCommit || this.underWay > 0 || this.pages.length === 0) return;
    this.willCommit = true;
    queueMicrotask(() => {
      this.willCommit = false;
      if (this.pages.length > 0) void this.commit(this.pages.splice(0, maxShared));
    });
  }

  private async commit(pages: readonly Waiting<PageWork<unknown>, unknown>[]): Promise<void> {
    this.underWay += 1;
    const ended = once(() => {
      this.underWay -= 1;
      this.commitSoon();
    });
    const tooLong = setTimeout(ended, patienceMs);
    try {
      const outcomes = pages.length === 1 ? [byItself] : await this.together(pages.map(({ item }) => item));
      const each = pages.map(({ item, reject, resolve }, index) => {
        const outcome = outcomes[index];
        if (outcome === byItself) return this.alone(item).then(resolve, reject);
        if (outcome !== nextTime) return resolve(outcome);
        return void this.pages.push({ item, resolve, reject });
      });
      await Promise.all(each);
    } finally {
      clearTimeout(tooLong);
      ended();
    }
  }

  /**
   * @returns the outcome of each page; `byItself` for all of them where one failed, because nothing was written. A page
   *   begins only while half of `patienceMs` is left, so that the one that exceeds it is slow itself
   */
  private async together(pages: readonly PageWork<unknown>[]): Promise<readonly unknown[]> {
    let current: string | undefined;
    try {
      return await inRevocableTransaction(this.dataSource, async (manager, revoke) => {
        const groups = pages.map(({ move }) => move.group);
        const places = new Map(await unlockedPlaces(manager, groups, patienceMs));
        const begun = performance.now(); // the wait for a connection is no page's fault
        const outcomes: unknown[] = [];
        const moves: Move[] = [];
        for (const page of pages) {
          const { after, group } = page.move;
          const spentMs = performance.now() - begun;
          if (spentMs > patienceMs / 2) {
            outcomes.push(nextTime);
            continue;
          }
          const place = places.get(group);
          places.delete(group); // a second page of the group must wait for the first
          if (place?.floor !== after) {
            outcomes.push(byItself);
            continue;
          }
          current = group;
          const worked = await withinMs(patienceMs - spentMs, page.work(manager, place));
          if (worked === expired) {
            this.slow.add(group);
            return revoke();
          }
          outcomes.push(worked.done);
          if (!worked.moves) continue;
          if (place.ahead) await page.moveAhead(manager, place);
          else moves.push(page.move);
        }
        current = undefined;
        await moveGroups(manager, moves);
        return outcomes;
      });
    } catch (error) {
      if (current !== undefined && isTimeout(error)) this.slow.add(current);
      return pages.map(() => byItself);
    }
  }

  private async alone<Done>({ alone, move }: PageWork<Done>): Promise<Done> {
    const begun = performance.now();
    const done = await alone();
    if (performance.now() - begun < patienceMs / 2) this.slow.delete(move.group);
    return done;
  }

  private async moveOn(): Promise<void> {
    this.moving = true;
    await Promise.resolve(); // pages that are ready in the same turn
    while (this.moves.length > 0) {
      const moves = this.moves.splice(0, maxShared);
      try {
        const items = moves.map(({ item }) => item);
        const moved = await moveWithoutRows(this.dataSource.manager, items);
        for (const { item, resolve } of moves) resolve(moved.has(item.group));
      } catch (error) {
        for (const { reject } of moves) reject(error);
      }
    }
    this.moving = false;
  }
}

const expired = Symbol('expired');

const withinMs = async <Result>(ms: number, work: Promise<Result>): Promise<Result | typeof expired> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof expired>((resolve) => (timer = setTimeout(resolve, ms, expired)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** By the limits of `unlockedPlaces`: a statement, or a lock, that took too long. */
const isTimeout = (error: unknown): boolean => {
  const { cause, code } = error as { readonly cause?: unknown; readonly code?: unknown };
  return code === '57014' || code === '55P03' || (cause !== undefined && isTimeout(cause));
};

const once = (act: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
};

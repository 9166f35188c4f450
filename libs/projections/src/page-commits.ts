/*
 * Commits of pages of the log. Those of a process's groups that are ready together, or while another commit is under way,
 * share a transaction: a page costs a group its rows, not a transaction. As appends do it, and with the same promise:
 * each page ends as if it had been alone, and a group that is slow delays the others once, by `patienceMs` at most.
 */
import type { DataSource, EntityManager } from 'typeorm';
import { inRevocableTransaction } from './revocable-transaction.js';
import { moveGroups, moveWithoutRows, unlockedPlaces, type GroupPlace, type Move } from './group-place.js';

/** What a page does in a transaction, beside moving its group. */
export interface PageWork<Done> {
  readonly move: Move;
  /** @returns `moves` = the group may move on */
  work(manager: EntityManager, place: GroupPlace): Promise<{ readonly done: Done; readonly moves: boolean }>;
  /** Moves a group that is ahead of its checkpoint. */
  moveAhead(manager: EntityManager, place: GroupPlace): Promise<void>;
  /** The same work in a transaction of its own, whose lock it waits for. */
  alone(): Promise<Done>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  resolve(outcome: Outcome | Promise<Outcome>): void;
  reject(error: unknown): void;
}

const maxShared = 50;
const patienceMs = 250;
/** In the shared transaction it could not be done, or not soon: it gets one of its own. */
const byItself = Symbol('by itself');

export class PageCommits {
  private pages: Waiting<PageWork<unknown>, unknown>[] = [];
  private moves: Waiting<Move, boolean>[] = [];
  private readonly slow = new Set<string>();
  private underWay = 0;
  private willCommit = false;
  private moving = false;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * @returns what `work` gave, committed; what `alone` gives, where it could not share
   * @throws what `alone` throws: nothing was written
   */
  take<Done>(page: PageWork<Done>): Promise<Done | 'elsewhere'> {
    if (this.slow.has(page.move.group)) return this.alone(page);
    return new Promise<unknown>((resolve, reject) => {
      this.pages.push({ item: page, resolve, reject });
      this.commitSoon();
    }) as Promise<Done | 'elsewhere'>;
  }

  /**
   * Moves a group for which nothing is to be written.
   *
   * @returns `false` = it did not move: it stands elsewhere, has parked streams, or is ahead
   */
  move(move: Move): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.moves.push({ item: move, resolve, reject });
      if (!this.moving) void this.moveOn();
    });
  }

  /** After the pages that are ready in the same turn have come. */
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
        if (outcome !== byItself) return resolve(outcome);
        return this.alone(item).then(resolve, reject);
      });
      await Promise.all(each);
    } finally {
      clearTimeout(tooLong);
      ended();
    }
  }

  /** @returns what became of each page; of all of them `byItself` where one failed: nothing of any was written */
  private async together(pages: readonly PageWork<unknown>[]): Promise<readonly unknown[]> {
    const end = performance.now() + patienceMs;
    try {
      return await inRevocableTransaction(this.dataSource, async (manager, revoke) => {
        const groups = pages.map(({ move }) => move.group);
        const places = new Map(await unlockedPlaces(manager, groups, patienceMs));
        const outcomes: unknown[] = [];
        const moves: Move[] = [];
        for (const page of pages) {
          const { after, group } = page.move;
          const place = places.get(group);
          places.delete(group); // a second page of the group follows what the first one does
          if (place?.floor !== after) {
            outcomes.push(byItself);
            continue;
          }
          const worked = await Promise.race([page.work(manager, place), expiry(end - performance.now())]);
          if (worked === expired) {
            this.slow.add(group);
            return revoke();
          }
          outcomes.push(worked.done);
          if (!worked.moves) continue;
          if (place.ahead) await page.moveAhead(manager, place);
          else moves.push(page.move);
        }
        await moveGroups(manager, moves);
        return outcomes;
      });
    } catch {
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
    await Promise.resolve(); // those that are ready in the same turn
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

const expiry = (afterMs: number): Promise<typeof expired> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, afterMs), expired).unref());

const once = (act: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
};

import { isTransient } from '@dittoo/projections';

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result | Promise<Result>) => void;
  readonly reject: (error: unknown) => void;
}

/** A statement for many, well within what one carries. */
const mostAtOnce = 100;

/**
 * Carries out requests together: those of one turn of the event loop, and those that arrive while a statement is under
 * way. Each gets its own result. Where a statement for several fails, each is tried alone, so that none pays for its
 * neighbour.
 */
export class GroupCommit<Request, Result> {
  private waiting: Waiting<Request, Result>[] = [];
  private isWriting = false;
  private isPlanned = false;

  /**
   * @param write carries out requests of which no two have the same key, all or none. @returns a result for each
   * @param keyOf what a statement changes once only
   */
  constructor(
    private readonly write: (requests: readonly Request[]) => Promise<readonly Result[]>,
    private readonly keyOf: (request: Request) => string,
  ) {}

  ask(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      this.plan();
    });
  }

  private plan(): void {
    if (this.isPlanned || this.isWriting || this.waiting.length === 0) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      this.isWriting = true;
      void this.carryOut(this.takeGroup()).finally(() => {
        this.isWriting = false;
        this.plan();
      });
    });
  }

  /** From the front, no key twice: of two requests about the same the later one waits. */
  private takeGroup(): Waiting<Request, Result>[] {
    const keys = new Set<string>();
    const group: Waiting<Request, Result>[] = [];
    const left: Waiting<Request, Result>[] = [];
    for (const one of this.waiting) {
      const key = this.keyOf(one.request);
      (keys.has(key) || group.length === mostAtOnce ? left : group).push(one);
      keys.add(key);
    }
    this.waiting = left;
    return group;
  }

  private async carryOut(group: readonly Waiting<Request, Result>[]): Promise<void> {
    try {
      const results = await this.write(group.map(({ request }) => request));
      for (const [index, { resolve }] of group.entries()) resolve(results[index]!);
    } catch (error) {
      // Where the database does not answer, each alone would wait for it as long again, one after the other.
      if (group.length === 1 || isUnanswered(error)) return group.forEach(({ reject }) => reject(error));
      await Promise.all(group.map((one) => this.carryOut([one])));
    }
  }
}

/** Transient, and no conflict between transactions (class 40), which a smaller statement may not meet. */
const isUnanswered = (error: unknown): boolean =>
  isTransient(error) && !/^40/.test(String((error as { readonly code?: unknown }).code));

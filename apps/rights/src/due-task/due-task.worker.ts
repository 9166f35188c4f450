import { Clock, Loop } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';

export type TaskKind = 'erasure' | 'personnummer' | 'execution' | 'copyEnd' | 'restrictionLift';

const pollMs = 100;
/** After a process died, its task waits for so long; a living one renews its claim. */
const claimMs = 20_000;

interface TaskRow {
  readonly kind: TaskKind;
  readonly id: string;
  readonly failures: number;
  /** How often it was scheduled: more by now means that it is to be done again. */
  readonly asked: number;
}

/**
 * What is to be done at a time, in the database: a reactor writes the task together with its checkpoint, this worker does
 * it when it is due. Performing must be safe to repeat: a task is gone only once its performer said so. Tasks are taken
 * one at a time, each claimed for a while, so that several processes share them. No transaction is open meanwhile: the
 * log would not settle beside it.
 *
 * Dies while performing: the claim runs out, the task is still due and is performed again. A task that fails comes back
 * after a growing pause; it is never dropped. One that is scheduled again while it is performed is performed again.
 */
@Injectable()
export class DueTasks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly performers = new Map<TaskKind, (id: string) => Promise<string | null>>();
  private readonly loop: Loop;

  constructor(
    private readonly rows: DataSource,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const failed = (error: unknown): void => {
      logger.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'due-task.interrupted');
    };
    this.loop = new Loop(() => this.takeOne(), { pauseMs: pollMs, failed });
  }

  /** One performer per kind. @param perform returns when to come again; `null` = done */
  perform(kind: TaskKind, perform: (id: string) => Promise<string | null>): void {
    this.performers.set(kind, perform);
  }

  /** Due at `dueAt`, or earlier if it was already due earlier. */
  async schedule(transaction: EntityManager, kind: TaskKind, id: string, dueAt: string): Promise<void> {
    await transaction.query(
      `INSERT INTO rights.due_task AS task (kind, id, due_at) VALUES ($1, $2, $3)
       ON CONFLICT (kind, id) DO UPDATE
       SET due_at = least(task.due_at, excluded.due_at), failures = 0, asked = task.asked + 1`,
      [kind, id, dueAt],
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Lets the task in hand finish, takes no other. */
  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  private async takeOne(): Promise<boolean> {
    const task = await this.claim();
    if (task === undefined) return false;
    const renewal = setInterval(() => void this.renew(task).catch(() => undefined), claimMs / 4);
    const again = await this.performed(task).finally(() => clearInterval(renewal));
    await this.rows.query(
      again === null
        ? 'DELETE FROM rights.due_task WHERE kind = $1 AND id = $2 AND asked = $3'
        : 'UPDATE rights.due_task SET due_at = $4, failures = $5 WHERE kind = $1 AND id = $2 AND asked = $3',
      [task.kind, task.id, task.asked, ...(again === null ? [] : [again.at, again.failures])],
    );
    await this.rows.query('UPDATE rights.due_task SET claimed_until = NULL WHERE kind = $1 AND id = $2', [
      task.kind,
      task.id,
    ]);
    return true;
  }

  private async claim(): Promise<TaskRow | undefined> {
    const now = this.clock.now();
    const [tasks] = await this.rows.query<[TaskRow[], number]>(
      `WITH next AS (
         SELECT kind, id FROM rights.due_task
         WHERE due_at <= $1 AND kind = ANY ($2) AND (claimed_until IS NULL OR claimed_until <= $1)
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       UPDATE rights.due_task AS task SET claimed_until = $3 FROM next
       WHERE task.kind = next.kind AND task.id = next.id RETURNING task.kind, task.id, task.failures, task.asked`,
      [now, [...this.performers.keys()], later(now, claimMs)],
    );
    return tasks[0];
  }

  private async renew({ id, kind }: TaskRow): Promise<void> {
    await this.rows.query(
      'UPDATE rights.due_task SET claimed_until = $3 WHERE kind = $1 AND id = $2 AND claimed_until IS NOT NULL',
      [kind, id, later(this.clock.now(), claimMs)],
    );
  }

  private async performed({ kind, id, failures }: TaskRow): Promise<{ at: string; failures: number } | null> {
    try {
      const perform = this.performers.get(kind);
      if (perform === undefined) throw new Error(`nobody performs ${kind}`);
      const at = await perform(id);
      return at === null ? null : { at, failures: 0 };
    } catch (error) {
      const pauseMs = Math.min(60_000, 250 * 2 ** Math.min(failures, 10));
      const failure = error instanceof Error ? error.name : 'unknown';
      this.logger.warn({ task: kind, id, failures: failures + 1, failure }, 'due-task.failed');
      return { at: later(this.clock.now(), pauseMs), failures: failures + 1 };
    }
  }
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

import { Clock, Loop } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';

export type TaskKind = 'erasure' | 'personnummer' | 'execution' | 'copyEnd' | 'restrictionLift';

const pollMs = 100;

interface TaskRow {
  readonly kind: TaskKind;
  readonly id: string;
  readonly failures: number;
}

/**
 * What is to be done at a time, in the database: a reactor writes the task together with its checkpoint, this worker does
 * it when it is due. Performing must be safe to repeat: a task is gone only once its performer said so. Tasks are taken
 * one at a time, each under a row lock, so that several processes share them.
 *
 * Dies while performing: the lock goes with the connection, the task is still due and is performed again. A task that
 * fails comes back after a growing pause; it is never dropped.
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
       ON CONFLICT (kind, id) DO UPDATE SET due_at = least(task.due_at, excluded.due_at), failures = 0`,
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

  private takeOne(): Promise<boolean> {
    return this.rows.transaction(async (transaction) => {
      const [task] = await transaction.query<TaskRow[]>(
        `SELECT kind, id, failures FROM rights.due_task WHERE due_at <= $1 AND kind = ANY ($2)
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [this.clock.now(), [...this.performers.keys()]],
      );
      if (task === undefined) return false;
      const again = await this.performed(task);
      if (again === null) {
        await transaction.query('DELETE FROM rights.due_task WHERE kind = $1 AND id = $2', [task.kind, task.id]);
      } else {
        await transaction.query('UPDATE rights.due_task SET due_at = $3, failures = $4 WHERE kind = $1 AND id = $2', [
          task.kind,
          task.id,
          again.at,
          again.failures,
        ]);
      }
      return true;
    });
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
      return { at: new Date(Date.parse(this.clock.now()) + pauseMs).toISOString(), failures: failures + 1 };
    }
  }
}

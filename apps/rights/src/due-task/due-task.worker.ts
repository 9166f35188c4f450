import { Clock, Loop, NotificationListener } from '@dittoo/kernel';
import { LOGGER, ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';
import { claimMs, TaskClaims, type ClaimedTask, type TaskKind } from './task-claims.js';

/** Poll interval for later tasks; a task that is due at once is announced. */
const pollMs = 1_000;
const channel = 'rights_due_task';

/**
 * Scheduled tasks in the database: a reactor writes a task, this worker performs it when it is due. Performing must be
 * safe to repeat: a task is deleted only once its performer reports it as done. Tasks are taken one at a time, each
 * claimed for a while, so that several processes share them. No transaction is open meanwhile, because it would keep
 * the log from settling.
 *
 * If the process dies while performing, the claim expires, and the task is still due and is performed again. A failed
 * task is retried after a growing pause and never dropped. A task that is scheduled during its performance is performed
 * again.
 */
@Injectable()
export class DueTasks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly performers = new Map<TaskKind, (id: string) => Promise<string | null>>();
  private readonly loop: Loop;
  private readonly listener: NotificationListener<PoolClient>;

  constructor(
    private readonly rows: DataSource,
    private readonly claims: TaskClaims,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ROW_POOL) pool: Pool,
  ) {
    const failed = (error: unknown): void => {
      logger.warn({ failure: error instanceof Error ? error.name : 'unknown' }, 'due-task.interrupted');
    };
    this.loop = new Loop(() => this.takeOne(), { pauseMs: pollMs, failed });
    const wake = (): void => this.loop.wake();
    this.listener = new NotificationListener<PoolClient>({
      ...{ channel, heard: wake, listening: wake },
      connect: () => pool.connect(),
      disconnect: (client) => client.release(true),
    });
  }

  /** Registers the performer of a kind. @param perform returns when the task is due again; `null` = done */
  perform(kind: TaskKind, perform: (id: string) => Promise<string | null>): void {
    this.performers.set(kind, perform);
  }

  /**
   * Schedules a task for `dueAt`; it stays due earlier if it already was. Safe to repeat: at worst it is performed
   * again.
   *
   * @param rows the transaction to write in; absent = its own
   */
  async schedule(kind: TaskKind, id: string, dueAt: string, rows: EntityManager = this.rows.manager): Promise<void> {
    await rows.query(
      `WITH scheduled AS (
         INSERT INTO rights.due_task AS task (kind, id, due_at) VALUES ($1, $2, $3)
         ON CONFLICT (kind, id) DO UPDATE
         SET due_at = least(task.due_at, excluded.due_at), failures = 0, asked = task.asked + 1 RETURNING due_at)
       SELECT pg_notify('${channel}', '') FROM scheduled WHERE due_at <= $4`,
      [kind, id, dueAt, this.clock.now()],
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
    this.listener.start();
  }

  /** Lets the current task finish and starts no other. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.loop.stop(), this.listener.stop()]);
  }

  private async takeOne(): Promise<boolean> {
    const task = await this.claims.take([...this.performers.keys()], this.clock.now());
    if (task === undefined) return false;
    // A claim that cannot be renewed expires; another process then performs the task again.
    const renew = () => this.claims.renew(task, this.clock.now()).catch(() => false);
    const renewal = setInterval(() => void renew(), claimMs / 4);
    const again = await this.performed(task).finally(() => clearInterval(renewal));
    if (!(await this.claims.giveBack(task, again)))
      this.logger.warn({ task: task.kind, id: task.id }, 'due-task.claim-lost');
    if (again !== null) this.wakeAt(again.at);
    return true;
  }

  /** A task that is due before the next poll is not left until then. */
  private wakeAt(at: string): void {
    const afterMs = Date.parse(at) - Date.parse(this.clock.now());
    if (afterMs < pollMs) setTimeout(() => this.loop.wake(), Math.max(0, afterMs)).unref();
  }

  private async performed({ kind, id, failures }: ClaimedTask): Promise<{ at: string; failures: number } | null> {
    try {
      const perform = this.performers.get(kind);
      if (perform === undefined) throw new Error(`no performer of ${kind}`);
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

import { newId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type TaskKind = 'execution' | 'personnummer' | 'copyEnd' | 'restrictionLift';

/** After a process died, its task waits for so long; a living one renews its claim. */
export const claimMs = 20_000;

/** A task that one worker has to itself until the claim runs out. */
export interface ClaimedTask {
  readonly kind: TaskKind;
  readonly id: string;
  readonly failures: number;
  /** How often it was scheduled: more by now means that it is to be done again. */
  readonly asked: number;
  /** This claim and no other. */
  readonly claim: string;
}

/**
 * Who performs which task, in `rights.due_task`. Every later change names the claim: a worker whose claim ran out changes
 * nothing of a task that another one has taken meanwhile.
 */
@Injectable()
export class TaskClaims {
  constructor(private readonly rows: DataSource) {}

  /** The task of these kinds that is due longest and that nobody has. `undefined` = there is none */
  async take(kinds: readonly TaskKind[], now: string): Promise<ClaimedTask | undefined> {
    const [tasks] = await this.rows.query<[ClaimedTask[], number]>(
      `WITH next AS (
         SELECT kind, id FROM rights.due_task
         WHERE due_at <= $1 AND kind = ANY ($2) AND (claimed_until IS NULL OR claimed_until <= $1)
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       UPDATE rights.due_task AS task SET claim = $3, claimed_until = $4 FROM next
       WHERE task.kind = next.kind AND task.id = next.id
       RETURNING task.kind, task.id, task.failures, task.asked, task.claim`,
      [now, kinds, newId(), untilOf(now)],
    );
    return tasks[0];
  }

  /** @returns `false` = the claim was lost */
  renew({ claim, id, kind }: ClaimedTask, now: string): Promise<boolean> {
    const renew = 'UPDATE rights.due_task SET claimed_until = $4 WHERE kind = $1 AND id = $2 AND claim = $3';
    return this.changed(renew, [kind, id, claim, untilOf(now)]);
  }

  /**
   * Gives the task back: done (`null`), or to be taken again at a time. One that was scheduled meanwhile stays due.
   *
   * @returns `false` = the claim was lost
   */
  async giveBack(
    { asked, claim, id, kind }: ClaimedTask,
    again: { readonly at: string; readonly failures: number } | null,
  ): Promise<boolean> {
    const mine = [kind, id, claim];
    const done = 'DELETE FROM rights.due_task WHERE kind = $1 AND id = $2 AND claim = $3 AND asked = $4';
    if (again === null && (await this.changed(done, [...mine, asked]))) return true;
    return this.changed(
      `UPDATE rights.due_task SET claim = NULL, claimed_until = NULL,
         due_at = CASE WHEN asked = $4 THEN coalesce($5, due_at) ELSE due_at END,
         failures = CASE WHEN asked = $4 THEN coalesce($6, failures) ELSE failures END
       WHERE kind = $1 AND id = $2 AND claim = $3`,
      [...mine, asked, again?.at ?? null, again?.failures ?? null],
    );
  }

  private async changed(statement: string, values: readonly unknown[]): Promise<boolean> {
    const [, count] = await this.rows.query<[unknown[], number]>(statement, [...values]);
    return count > 0;
  }
}

const untilOf = (now: string): string => new Date(Date.parse(now) + claimMs).toISOString();

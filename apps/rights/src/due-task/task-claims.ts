import { newId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type TaskKind = 'execution' | 'personnummer' | 'copyEnd' | 'restrictionLift' | 'answerDelivery';

/** How long a dead process's task waits; a living process renews its claim. */
export const claimMs = 20_000;

/** A task that only one worker may perform until the claim expires. */
export interface ClaimedTask {
  readonly kind: TaskKind;
  readonly id: string;
  readonly failures: number;
  /** How often it was scheduled; if the number grows meanwhile, it must be performed again. */
  readonly asked: number;
  /** Id of this claim. */
  readonly claim: string;
}

/**
 * The claims on tasks, in `rights.due_task`. Every change names the claim: a worker whose claim expired changes nothing
 * of a task that another one has claimed since.
 */
@Injectable()
export class TaskClaims {
  constructor(private readonly rows: DataSource) {}

  /** Claims the unclaimed task of these kinds that has been due longest. `undefined` = there is none */
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
   * Ends the claim: the task is done (`null`), or due again at a time. A task that was scheduled meanwhile stays due.
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
         failures = CASE WHEN asked = $4 THEN coalesce($6, failures) ELSE failures END,
         failing_since = CASE WHEN $6 > 0 THEN coalesce(failing_since, now()) ELSE NULL END
       WHERE kind = $1 AND id = $2 AND claim = $3`,
      [...mine, asked, again?.at ?? null, again?.failures ?? null],
    );
  }

  /** The tasks that have failed each time since `before`. */
  async failingSince(
    before: string,
  ): Promise<{ readonly kind: TaskKind; readonly id: string; readonly since: Date }[]> {
    return this.rows.query(
      'SELECT kind, id, failing_since AS since FROM rights.due_task WHERE failing_since <= $1 ORDER BY kind, id',
      [before],
    );
  }

  private async changed(statement: string, values: readonly unknown[]): Promise<boolean> {
    const [, count] = await this.rows.query<[unknown[], number]>(statement, [...values]);
    return count > 0;
  }
}

const untilOf = (now: string): string => new Date(Date.parse(now) + claimMs).toISOString();

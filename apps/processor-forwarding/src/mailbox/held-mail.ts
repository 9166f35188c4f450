import type { LegalHoldEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamId, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

const categories = ['legalHold'];

/** What a page of the log says of one hold. */
interface Change {
  readonly subjectId: SubjectId;
  /** Over what a person wrote; `false` = over something else, or asked for on an earlier page. */
  readonly asked: boolean;
  readonly inForce: boolean;
  readonly over: boolean;
}

/**
 * The persons whose mail is kept because a legal hold covers their correspondence. Ids only. Deleting mail cannot be undone, so this
 * reads the log to its end whenever it is asked: nothing that was acknowledged before is missing. Rows and the position
 * they are of are kept, so that it reads only what is new.
 *
 * Dies within a page: rows and position are one statement, the page is read again. Two processes at once do the same
 * work twice. An event it cannot read stops it, and with it whatever would be deleted.
 */
@Injectable()
export class HeldMail {
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    @Inject(ROW_POOL) private readonly pool: Pool,
  ) {}

  /** Everybody whose mail a hold keeps. @throws EventStoreUnavailable it is not known: delete nothing */
  async subjects(): Promise<SubjectId[]> {
    await this.readToEnd();
    const { rows } = await this.pool.query<{ id: SubjectId }>(
      'SELECT DISTINCT subject_id AS id FROM forwarding.mail_hold WHERE in_force',
    );
    return rows.map(({ id }) => id);
  }

  /** Does a hold keep this person's mail? Errors as `subjects`. */
  async keeps(subjectId: SubjectId): Promise<boolean> {
    return (await this.subjects()).includes(subjectId);
  }

  /** One that is under way may have seen the end already: this one begins now. */
  async readToEnd(): Promise<void> {
    await this.store.settled();
    const reading = this.reading.then(() => this.readPages());
    this.reading = reading.catch(() => undefined);
    await reading;
  }

  private async readPages(): Promise<void> {
    const { rows } = await this.pool.query<{ position: string }>('SELECT position FROM forwarding.mail_hold_mark');
    for (let after = rows[0] === undefined ? null : BigInt(rows[0].position); ;) {
      const page = await this.store.readAll({ after, categories });
      if (page.checkpoint === null || page.checkpoint === after) return;
      await this.take(page.events, page.checkpoint);
      after = page.checkpoint;
    }
  }

  /** In the order of the log: a page that another process has passed changes nothing. */
  private async take(events: readonly RecordedEvent[], position: bigint): Promise<void> {
    const changes = new Map<string, Change>();
    for (const recorded of events) {
      const holdId = streamId(recorded.stream);
      changes.set(holdId, changed(recorded, changes.get(holdId)));
    }
    const rows = [...changes].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.pool.query(
      `WITH passed AS MATERIALIZED (SELECT position FROM forwarding.mail_hold_mark FOR UPDATE),
       hold AS MATERIALIZED (
         SELECT h.* FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::boolean[], $5::boolean[])
           AS h (hold_id, subject_id, asked, in_force, over) WHERE coalesce((SELECT position FROM passed), -1) < $6),
       begun AS (
         INSERT INTO forwarding.mail_hold (hold_id, subject_id, in_force)
         SELECT hold_id, subject_id, in_force FROM hold WHERE asked AND NOT over ON CONFLICT DO NOTHING),
       confirmed AS (
         UPDATE forwarding.mail_hold m SET in_force = true FROM hold h
          WHERE m.hold_id = h.hold_id AND h.in_force AND NOT h.asked AND NOT h.over),
       ended AS (DELETE FROM forwarding.mail_hold m USING hold h WHERE m.hold_id = h.hold_id AND h.over)
       INSERT INTO forwarding.mail_hold_mark AS mark (one, position) VALUES (true, $6)
       ON CONFLICT (one) DO UPDATE SET position = greatest(mark.position, excluded.position)`,
      [
        rows.map(([holdId]) => holdId),
        rows.map(([, { subjectId }]) => subjectId),
        rows.map(([, { asked }]) => asked),
        rows.map(([, { inForce }]) => inForce),
        rows.map(([, { over }]) => over),
        String(position),
      ],
    );
  }
}

/** @throws Error an event this version does not know: what it says of the hold is not known either */
const changed = (recorded: RecordedEvent, before?: Change): Change => {
  const event = recordedAs<LegalHoldEvents>(recorded);
  const { subjectId } = event.data;
  const change = before ?? { subjectId, asked: false, inForce: false, over: false };
  switch (event.type) {
    case 'LegalHoldRequested':
      return { ...change, asked: event.data.categories.includes('support') };
    case 'LegalHoldConfirmed':
      return { ...change, inForce: true };
    case 'LegalHoldReleaseRequested':
      return change;
    case 'LegalHoldWithdrawn':
    case 'LegalHoldReleased':
    case 'LegalHoldExpired':
      return { ...change, over: true };
    default:
      throw new Error('an event of a legal hold that this version does not know');
  }
};

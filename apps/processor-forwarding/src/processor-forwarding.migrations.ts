import { holds, plainColumns, reference, repeats, type RowClasses, type TableClass } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { allQueueTables } from './queue/queue-tables.js';

class CreateForwarding1763800005000 implements MigrationInterface {
  readonly name = 'CreateForwarding1763800005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS forwarding');
    // Tokens never repeat, even where a lane is deleted and created again.
    await runner.query('CREATE SEQUENCE forwarding.lease');
    await runner.query(`
      CREATE TABLE forwarding.inbox (
        intent_id uuid PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now())`);
    for (const { lane, item } of allQueueTables) {
      await runner.query(`
        CREATE TABLE ${lane} (
          subject_id uuid PRIMARY KEY, next_at timestamptz NOT NULL, pending int NOT NULL CHECK (pending >= 0),
          attempt int NOT NULL DEFAULT 0, lease_until timestamptz NOT NULL DEFAULT '-infinity',
          lease_token bigint NOT NULL DEFAULT 0)`);
      await runner.query(`CREATE INDEX ON ${lane} (next_at)`);
      await runner.query(`
        CREATE TABLE ${item} (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, intent_id uuid NOT NULL UNIQUE,
          forwarding_id uuid NOT NULL, subject_id uuid NOT NULL, order_id uuid, kind text NOT NULL,
          state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'parked')),
          attempt int NOT NULL DEFAULT 0, payload jsonb NOT NULL, sending jsonb,
          queued_at timestamptz NOT NULL DEFAULT now())`);
      await runner.query(`CREATE INDEX ON ${item} (subject_id, id) WHERE state IN ('queued', 'sending')`);
      await runner.query(`CREATE INDEX ON ${item} (subject_id, order_id) WHERE state = 'parked'`);
      await runner.query(`CREATE INDEX ON ${item} (forwarding_id)`);
      // Ten callbacks about one payment are one reading.
      await runner.query(
        `CREATE UNIQUE INDEX ON ${item} (forwarding_id) WHERE kind = 'readPayment' AND state = 'queued'`,
      );
    }
    await runner.query(`
      CREATE TABLE forwarding.recipient (
        processor_id text NOT NULL, subject_id uuid NOT NULL, since timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (processor_id, subject_id))`);
    await runner.query(`
      CREATE TABLE forwarding.payment_watch (
        forwarding_id uuid PRIMARY KEY, processor_id text NOT NULL, subject_id uuid NOT NULL, order_id uuid NOT NULL,
        polls int NOT NULL DEFAULT 0, next_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON forwarding.payment_watch (processor_id, next_at)');
    await runner.query(`
      CREATE TABLE forwarding.delivery (
        forwarding_id uuid PRIMARY KEY, processor_id text NOT NULL, intent text NOT NULL, order_id uuid,
        state text NOT NULL, fields jsonb NOT NULL, attempts int NOT NULL DEFAULT 0, reason text,
        next_attempt_at timestamptz, requested_at timestamptz NOT NULL, changed_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON forwarding.delivery (requested_at, forwarding_id)');
    await runner.query('CREATE INDEX ON forwarding.delivery (processor_id, state, changed_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA forwarding CASCADE');
  }
}

class KnowTheMailbox1763800006000 implements MigrationInterface {
  readonly name = 'KnowTheMailbox1763800006000';

  async up(runner: QueryRunner): Promise<void> {
    // A message id is derived from the forwarding's id, so a mail's owner is found without an address.
    await runner.query(`
      CREATE TABLE forwarding.mailed (
        forwarding_id uuid PRIMARY KEY, subject_id uuid NOT NULL, sent_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query('CREATE INDEX ON forwarding.mailed (subject_id)');
    await runner.query('CREATE INDEX ON forwarding.mailed (sent_at)');
    await runner.query(`
      CREATE TABLE forwarding.mail_received (
        folder text NOT NULL, uid_validity numeric NOT NULL, uid bigint NOT NULL, subject_id uuid NOT NULL,
        received_at timestamptz NOT NULL, PRIMARY KEY (folder, uid_validity, uid))`);
    await runner.query('CREATE INDEX ON forwarding.mail_received (subject_id)');
    await runner.query(`
      CREATE TABLE forwarding.mailbox_sweep (
        day date PRIMARY KEY, started_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz,
        deleted int NOT NULL DEFAULT 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE forwarding.mailed, forwarding.mail_received, forwarding.mailbox_sweep');
  }
}

class HoldTheMailbox1763800006500 implements MigrationInterface {
  readonly name = 'HoldTheMailbox1763800006500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE forwarding.mail_hold (hold_id uuid PRIMARY KEY, subject_id uuid NOT NULL, in_force boolean NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE forwarding.mail_hold');
  }
}

class PutReadingsLast1763800006700 implements MigrationInterface {
  readonly name = 'PutReadingsLast1763800006700';

  async up(runner: QueryRunner): Promise<void> {
    for (const { item, lane } of allQueueTables) {
      // A reading nobody asked for is polled; a lane counts what else waits in it, and is claimed before the others.
      await runner.query(`ALTER TABLE ${item} ADD COLUMN polled boolean NOT NULL DEFAULT false`);
      await runner.query(`ALTER TABLE ${lane} ADD COLUMN urgent int NOT NULL DEFAULT 0 CHECK (urgent >= 0)`);
      await runner.query(`UPDATE ${lane} SET urgent = pending`);
      await runner.query(`CREATE INDEX ON ${lane} (next_at) WHERE urgent > 0`);
      await runner.query(`CREATE INDEX ON ${item} (id) WHERE kind = 'eraseSubject'`);
    }
    // How far the log was read for legal holds.
    await runner.query(`
      CREATE TABLE forwarding.mail_hold_mark (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL)`);
    // Written anew from the log's beginning, with the mark.
    await runner.query('DELETE FROM forwarding.mail_hold');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE forwarding.mail_hold_mark');
    for (const { item, lane } of allQueueTables) {
      await runner.query(`ALTER TABLE ${item} DROP COLUMN polled`);
      await runner.query(`ALTER TABLE ${lane} DROP COLUMN urgent`);
    }
  }
}

class WatchWhatIsReserved1764260000000 implements MigrationInterface {
  readonly name = 'WatchWhatIsReserved1764260000000';

  async up(runner: QueryRunner): Promise<void> {
    // Pauses between two readings of a pending payment double up to a quarter of an hour.
    await runner.query(`
      ALTER TABLE forwarding.payment_watch ADD COLUMN longest_pause_ms float8 NOT NULL DEFAULT 900000,
        ADD COLUMN ends_at timestamptz`);
    await runner.query('CREATE INDEX ON forwarding.payment_watch (processor_id, ends_at) WHERE ends_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE forwarding.payment_watch DROP COLUMN longest_pause_ms, DROP COLUMN ends_at');
  }
}

/** So that a payment that cannot be read is seen, instead of being asked for again without end. */
class NoteUnreadPayments1764270000000 implements MigrationInterface {
  readonly name = 'NoteUnreadPayments1764270000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE forwarding.payment_watch ADD COLUMN failing_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE forwarding.payment_watch DROP COLUMN failing_since');
  }
}

const lane: TableClass = {
  subject: 'subject_id',
  columns: {
    subject_id: reference,
    ...plainColumns('next_at', 'pending', 'urgent', 'attempt', 'lease_until', 'lease_token'),
  },
};
const item: TableClass = {
  subject: 'subject_id',
  columns: {
    subject_id: reference,
    order_id: reference,
    payload: holds('names of purposes and fields, ids; never a value'),
    sending: holds('the ledger lines of the try under way: names of fields, never a value'),
    ...plainColumns('id', 'intent_id', 'forwarding_id', 'kind', 'state', 'attempt', 'polled', 'queued_at'),
  },
};

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const forwardingRows: RowClasses = {
  ...Object.fromEntries(
    allQueueTables.flatMap((tables) => [
      [tables.lane.replace('forwarding.', ''), lane],
      [tables.item.replace('forwarding.', ''), item],
    ]),
  ),
  inbox: { columns: plainColumns('intent_id', 'received_at') },
  recipient: {
    subject: 'subject_id',
    columns: {
      processor_id: repeats('DataDisclosed.processorId'),
      subject_id: reference,
      since: repeats('DataDisclosed'),
    },
  },
  payment_watch: {
    subject: 'subject_id',
    columns: {
      forwarding_id: reference,
      subject_id: reference,
      order_id: reference,
      ...plainColumns('processor_id', 'polls', 'next_at', 'longest_pause_ms', 'ends_at', 'failing_since'),
    },
  },
  mailed: {
    subject: 'subject_id',
    columns: { forwarding_id: reference, subject_id: reference, ...plainColumns('sent_at') },
  },
  mail_received: {
    subject: 'subject_id',
    columns: { subject_id: reference, ...plainColumns('folder', 'uid_validity', 'uid', 'received_at') },
  },
  mail_hold: {
    subject: 'subject_id',
    columns: { hold_id: reference, subject_id: reference, ...plainColumns('in_force') },
  },
  mail_hold_mark: { columns: plainColumns('one', 'position') },
  mailbox_sweep: { columns: plainColumns('day', 'started_at', 'finished_at', 'deleted') },
  delivery: {
    columns: {
      forwarding_id: reference,
      order_id: reference,
      intent: repeats('ForwardingRequested.intent'),
      state: repeats('ForwardingRequested', 'ForwardingCompleted'),
      fields: repeats('DataDisclosed.fields'),
      reason: repeats('ForwardingRefused.reason'),
      ...plainColumns('processor_id', 'attempts', 'next_attempt_at', 'requested_at', 'changed_at'),
    },
  },
};

export const forwardingSchema = {
  schema: 'forwarding',
  migrations: [
    CreateForwarding1763800005000,
    KnowTheMailbox1763800006000,
    HoldTheMailbox1763800006500,
    PutReadingsLast1763800006700,
    WatchWhatIsReserved1764260000000,
    NoteUnreadPayments1764270000000,
  ],
  rows: forwardingRows,
};

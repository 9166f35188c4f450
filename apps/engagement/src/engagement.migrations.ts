import { plainColumns, reference, repeats, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateEngagement1763800008000 implements MigrationInterface {
  readonly name = 'CreateEngagement1763800008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS engagement');
    await runner.query(`
      CREATE TABLE engagement.comment_row (
        comment_id uuid PRIMARY KEY, sku text NOT NULL, author_id uuid NOT NULL, posted_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON engagement.comment_row (sku, posted_at DESC, comment_id DESC)');
    await runner.query('CREATE INDEX ON engagement.comment_row (author_id)');
    await runner.query(`
      CREATE TABLE engagement.support_case_row (
        case_id uuid PRIMARY KEY, subject_id uuid NOT NULL, channel text NOT NULL, status text NOT NULL,
        opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL, revision bigint NOT NULL)`);
    await runner.query('CREATE INDEX ON engagement.support_case_row (changed_at DESC, case_id DESC)');
    // Persons whose data is withheld: restricted, or being erased. Others have no row.
    await runner.query(`
      CREATE TABLE engagement.withheld_subject (
        subject_id uuid PRIMARY KEY, reason text NOT NULL CHECK (reason IN ('restricted', 'erased')))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA engagement CASCADE');
  }
}

class CountRestrictions1763800009000 implements MigrationInterface {
  readonly name = 'CountRestrictions1763800009000';

  async up(runner: QueryRunner): Promise<void> {
    // One row for each request that withholds, because one restriction may end while another lasts. Older rows name no
    // request and are deleted with the first end, as before.
    await runner.query(`ALTER TABLE engagement.withheld_subject ADD COLUMN request_id uuid`);
    await runner.query(`ALTER TABLE engagement.withheld_subject DROP CONSTRAINT withheld_subject_pkey`);
    await runner.query(`CREATE UNIQUE INDEX ON engagement.withheld_subject (subject_id, request_id, reason)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM engagement.withheld_subject a USING engagement.withheld_subject b
      WHERE a.subject_id = b.subject_id AND (a.reason, a.ctid) > (b.reason, b.ctid)`);
    await runner.query('ALTER TABLE engagement.withheld_subject DROP COLUMN request_id');
    await runner.query('ALTER TABLE engagement.withheld_subject ADD PRIMARY KEY (subject_id)');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const engagementRows: RowClasses = {
  comment_row: {
    subject: 'author_id',
    columns: {
      comment_id: reference,
      author_id: reference,
      sku: repeats('CommentPosted.sku'),
      posted_at: repeats('CommentPosted'),
    },
  },
  support_case_row: {
    subject: 'subject_id',
    columns: {
      case_id: reference,
      subject_id: reference,
      channel: repeats('SupportCaseOpened.channel'),
      status: repeats('SupportCaseOpened', 'SupportCaseClosed'),
      opened_at: repeats('SupportCaseOpened'),
      changed_at: repeats('SupportMessageReceived', 'SupportReplied'),
      ...plainColumns('revision'),
    },
  },
  withheld_subject: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      request_id: reference,
      reason: repeats('ProcessingRestricted', 'ErasureRequested'),
    },
  },
};

export const engagementSchema = {
  schema: 'engagement',
  migrations: [CreateEngagement1763800008000, CountRestrictions1763800009000],
  rows: engagementRows,
};

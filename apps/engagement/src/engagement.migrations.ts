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
    // Who is not shown: restricted, or being forgotten. Nobody else has a row.
    await runner.query(`
      CREATE TABLE engagement.withheld_subject (
        subject_id uuid PRIMARY KEY, reason text NOT NULL CHECK (reason IN ('restricted', 'erased')))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA engagement CASCADE');
  }
}

export const engagementSchema = { schema: 'engagement', migrations: [CreateEngagement1763800008000] };

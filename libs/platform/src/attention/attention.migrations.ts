import { holds, plainColumns, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateAttention1764000200000 implements MigrationInterface {
  readonly name = 'CreateAttention1764000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS attention');
    await runner.query(`
      CREATE TABLE attention.item (
        item_id uuid PRIMARY KEY, kind text NOT NULL, severity text NOT NULL, place text NOT NULL, about jsonb NOT NULL,
        since timestamptz NOT NULL, state text NOT NULL CHECK (state IN ('open', 'closed', 'dismissed')),
        changed_at timestamptz NOT NULL, revision bigint NOT NULL)`);
    await runner.query(`CREATE INDEX ON attention.item (kind) WHERE state = 'open'`);
    await runner.query('CREATE INDEX ON attention.item (since, item_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA attention CASCADE');
  }
}

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const attentionRows: RowClasses = {
  item: {
    columns: {
      about: holds('ids, names of parts and codes: what AttentionOpened says'),
      ...plainColumns('item_id', 'kind', 'severity', 'place', 'since', 'state', 'changed_at', 'revision'),
    },
  },
};

/** Shared by all processes: each writes the items it opens and counts them all. */
export const attentionTables = {
  schema: 'attention',
  migrations: [CreateAttention1764000200000],
  rows: attentionRows,
};

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { rightsRows, rightsSchemaName } from './rows/rights-rows.js';
import { documentKeysWrapped } from './signing/document-keys.js';

class CreateRights1763820000000 implements MigrationInterface {
  readonly name = 'CreateRights1763820000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS rights');
    await runner.query(`
      CREATE TABLE rights.document_key (
        kid text PRIMARY KEY, public_jwk jsonb NOT NULL, wrapped bytea NOT NULL, kek_version int NOT NULL,
        created_at timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE rights.rights_request (
        request_id uuid PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, received_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL, open boolean NOT NULL)`);
    await runner.query('CREATE INDEX ON rights.rights_request (subject_id, received_at, request_id)');
    await runner.query('CREATE INDEX ON rights.rights_request (due_at, request_id)');
    await runner.query(`
      CREATE TABLE rights.request_in_flight (
        subject_id uuid NOT NULL, likeness text NOT NULL, request_id uuid NOT NULL, PRIMARY KEY (subject_id, likeness))`);
    await runner.query(`
      CREATE TABLE rights.due_task (
        kind text NOT NULL, id uuid NOT NULL, due_at timestamptz NOT NULL, failures int NOT NULL DEFAULT 0,
        asked int NOT NULL DEFAULT 1, claimed_until timestamptz, PRIMARY KEY (kind, id))`);
    await runner.query('CREATE INDEX ON rights.due_task (due_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA rights CASCADE');
  }
}

class AddRightsOfEveryKind1763820000060 implements MigrationInterface {
  readonly name = 'AddRightsOfEveryKind1763820000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rights.recipient_task (
        request_id uuid NOT NULL, processor_id text NOT NULL, state text NOT NULL, reason text NOT NULL,
        since timestamptz NOT NULL, PRIMARY KEY (request_id, processor_id))`);
    await runner.query('CREATE INDEX ON rights.recipient_task (since, request_id, processor_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rights.recipient_task');
  }
}

/** The index of streams by person, and the sealed copies that wait to be fetched. */
class AddSubjectCopy1763820000020 implements MigrationInterface {
  readonly name = 'AddSubjectCopy1763820000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rights.subject_stream (
        subject_id uuid NOT NULL, stream text NOT NULL, since_revision bigint NOT NULL,
        PRIMARY KEY (subject_id, stream))`);
    await runner.query(`
      CREATE TABLE rights.subject_stream_mark (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL)`);
    await runner.query(`
      CREATE TABLE rights.subject_copy (
        request_id uuid PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, digest text NOT NULL,
        sealed_key jsonb NOT NULL, prepared_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        collected_at timestamptz)`);
    await runner.query('CREATE INDEX ON rights.subject_copy (subject_id)');
    await runner.query(`
      CREATE TABLE rights.subject_copy_part (
        request_id uuid NOT NULL REFERENCES rights.subject_copy ON DELETE CASCADE, list int NOT NULL, number int NOT NULL,
        sealed bytea NOT NULL, PRIMARY KEY (request_id, list, number))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rights.subject_copy_part, rights.subject_copy');
    await runner.query('DROP TABLE rights.subject_stream_mark, rights.subject_stream');
  }
}

/** Last days of keys, legal holds, and the last use of accounts. */
class AddRetention1763820000040 implements MigrationInterface {
  readonly name = 'AddRetention1763820000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rights.retention (
        subject_id uuid NOT NULL, category text NOT NULL,
        scope uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        last_day date, failures int NOT NULL DEFAULT 0, not_before timestamptz,
        PRIMARY KEY (subject_id, category, scope))`);
    await runner.query('CREATE INDEX ON rights.retention (last_day, subject_id, category, scope)');
    await runner.query(`
      CREATE TABLE rights.consent_reliance (
        subject_id uuid NOT NULL, purpose text NOT NULL, last_day date, PRIMARY KEY (subject_id, purpose))`);
    await runner.query(`
      CREATE TABLE rights.account_activity (
        subject_id uuid PRIMARY KEY, last_active_on date NOT NULL, notice_on date NOT NULL, erases_at timestamptz,
        failures int NOT NULL DEFAULT 0, not_before timestamptz)`);
    await runner.query('CREATE INDEX ON rights.account_activity (notice_on, subject_id)');
    await runner.query(`
      CREATE TABLE rights.legal_hold (
        hold_id uuid PRIMARY KEY, subject_id uuid NOT NULL, order_id uuid, categories text[] NOT NULL,
        state text NOT NULL, expires_at timestamptz NOT NULL, requested_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON rights.legal_hold (subject_id)');
    await runner.query('CREATE INDEX ON rights.legal_hold (requested_at, hold_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['retention', 'consent_reliance', 'account_activity', 'legal_hold'])
      await runner.query(`DROP TABLE rights.${table}`);
  }
}

/** Claims of tasks have ids; the erasure is one of the tasks that execute a request. */
class NameClaims1763820000080 implements MigrationInterface {
  readonly name = 'NameClaims1763820000080';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rights.due_task ADD COLUMN claim uuid');
    await runner.query(`
      INSERT INTO rights.due_task (kind, id, due_at)
      SELECT 'execution', id, min(due_at) FROM rights.due_task WHERE kind IN ('erasure', 'execution') GROUP BY id
      ON CONFLICT (kind, id) DO UPDATE SET due_at = excluded.due_at`);
    await runner.query(`DELETE FROM rights.due_task WHERE kind = 'erasure'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rights.due_task DROP COLUMN claim');
  }
}

/** The parts of a copy while it is being made, which no transaction keeps together. */
class AddCopyDraft1763820000100 implements MigrationInterface {
  readonly name = 'AddCopyDraft1763820000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rights.subject_copy_draft (
        draft_id uuid NOT NULL, list int NOT NULL, number int NOT NULL, request_id uuid NOT NULL, sealed bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (draft_id, list, number))`);
    await runner.query('CREATE INDEX ON rights.subject_copy_draft (made_at)');
    await runner.query('CREATE INDEX ON rights.subject_copy_draft (request_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rights.subject_copy_draft');
  }
}

/** So that a task that fails for ever is seen. */
class NoteFailingTasks1763820000120 implements MigrationInterface {
  readonly name = 'NoteFailingTasks1763820000120';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rights.due_task ADD COLUMN failing_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rights.due_task DROP COLUMN failing_since');
  }
}

export const rightsSchema = {
  schema: rightsSchemaName,
  migrations: [
    CreateRights1763820000000,
    AddSubjectCopy1763820000020,
    AddRetention1763820000040,
    AddRightsOfEveryKind1763820000060,
    NameClaims1763820000080,
    AddCopyDraft1763820000100,
    NoteFailingTasks1763820000120,
  ],
  rows: rightsRows,
  wrappedKeys: [documentKeysWrapped],
};

import { holds, keyedHash, plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs in the key ring's own database. */
class CreateKeyRing1763800000100 implements MigrationInterface {
  readonly name = 'CreateKeyRing1763800000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SCHEMA IF NOT EXISTS keyring`);
    await runner.query(`
      CREATE TABLE keyring.data_key (
        subject_id uuid NOT NULL, category text NOT NULL, generation int NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'destroyed', 'newLifecycleAllowed')),
        wrapped bytea, kek_version int, fingerprint bytea,
        created_at timestamptz NOT NULL DEFAULT now(), destroyed_at timestamptz, request_id uuid,
        PRIMARY KEY (subject_id, category, generation),
        CHECK ((state = 'active') = (wrapped IS NOT NULL)),
        CHECK ((state = 'active') = (destroyed_at IS NULL)))`);
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** Who is known by an address alone, and who must never be mailed: keyed hashes, each under a pepper of its own. */
class CreateContacts1763800000200 implements MigrationInterface {
  readonly name = 'CreateContacts1763800000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE keyring.contact (address_mark bytea PRIMARY KEY, subject_id uuid NOT NULL UNIQUE)`,
    );
    await runner.query(`CREATE TABLE keyring.suppression (address_mark bytea PRIMARY KEY)`);
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** Keys of one stream or event alone; `nil` = of the whole category, as every key before. */
class AddScopes1763800000300 implements MigrationInterface {
  readonly name = 'AddScopes1763800000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE keyring.data_key ADD COLUMN scope uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'`,
    );
    await runner.query(`
      ALTER TABLE keyring.data_key DROP CONSTRAINT data_key_pkey,
        ADD PRIMARY KEY (subject_id, category, scope, generation)`);
    // Locked by every creation of a scoped key; an erasure closes the category.
    await runner.query(`
      CREATE TABLE keyring.scoped_category (
        subject_id uuid NOT NULL, category text NOT NULL, closed boolean NOT NULL DEFAULT false,
        PRIMARY KEY (subject_id, category))`);
    await runner.query(`
      INSERT INTO keyring.scoped_category (subject_id, category, closed)
      SELECT DISTINCT subject_id, category, true FROM keyring.data_key WHERE state = 'destroyed'`);
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** The log position up to which every erasure is applied here; backed up and restored with the keys. */
class AddRestoreGate1763800000400 implements MigrationInterface {
  readonly name = 'AddRestoreGate1763800000400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE keyring.restore_gate (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL, event_id uuid NOT NULL,
        passed_at timestamptz NOT NULL DEFAULT now())`);
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** Stream and revision of the restore gate's event, by which every log can find it. */
class NameGateEvent1763800000410 implements MigrationInterface {
  readonly name = 'NameGateEvent1763800000410';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE keyring.restore_gate ADD COLUMN stream text, ADD COLUMN revision bigint');
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** Which account an address belongs to: a keyed hash under a pepper of its own. */
class AddEmailIndex1763800000420 implements MigrationInterface {
  readonly name = 'AddEmailIndex1763800000420';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE keyring.email_index (
        bidx bytea PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, reserved_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON keyring.email_index (subject_id)');
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

/** Who waits for the confirmation of an address that was typed: keyed hashes, gone when the time is over. */
class AddAwaitedEmails1764260102000 implements MigrationInterface {
  readonly name = 'AddAwaitedEmails1764260102000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE keyring.awaited_email (
        bidx bytea NOT NULL, subject_id uuid NOT NULL, asked_at timestamptz NOT NULL, expires_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON keyring.awaited_email (bidx)');
    await runner.query('CREATE INDEX ON keyring.awaited_email (subject_id)');
    await runner.query('CREATE INDEX ON keyring.awaited_email (expires_at)');
  }

  async down(): Promise<void> {
    throw new Error('the key ring is never taken down');
  }
}

export const keyRingMigrations = [
  CreateKeyRing1763800000100,
  CreateContacts1763800000200,
  AddScopes1763800000300,
  AddRestoreGate1763800000400,
  NameGateEvent1763800000410,
  AddEmailIndex1763800000420,
  AddAwaitedEmails1764260102000,
];

const wrappedKey = holds('key material, wrapped by the key-encryption key');

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
export const keyRingRows: RowClasses = {
  data_key: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      scope: reference,
      request_id: reference,
      wrapped: wrappedKey,
      fingerprint: holds('a SHA-256 of key material'),
      ...plainColumns('category', 'generation', 'state', 'kek_version', 'created_at', 'destroyed_at'),
    },
  },
  scoped_category: { columns: { subject_id: reference, ...plainColumns('category', 'closed') } },
  restore_gate: {
    columns: { stream: reference, ...plainColumns('one', 'position', 'event_id', 'revision', 'passed_at') },
  },
  contact: {
    subject: 'subject_id',
    columns: { address_mark: keyedHash('rowDeleted', 'fromEvents'), subject_id: reference },
  },
  email_index: {
    subject: 'subject_id',
    columns: {
      bidx: keyedHash('rowDeleted', 'fromEvents'),
      subject_id: reference,
      ...plainColumns('kind', 'reserved_at'),
    },
  },
  awaited_email: {
    subject: 'subject_id',
    columns: {
      bidx: keyedHash('rowDeleted', 'fromEvents'),
      subject_id: reference,
      ...plainColumns('asked_at', 'expires_at'),
    },
  },
  suppression: {
    columns: {
      address_mark: keyedHash(
        { because: 'it is how "never again" is remembered without the address' },
        { because: 'nothing leads from a person to it but the address itself' },
      ),
    },
  },
};

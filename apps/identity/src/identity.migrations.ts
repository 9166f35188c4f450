import { holds, keyedHash, plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { signingKeysWrapped } from './session/signing-keys.js';

class CreateIdentity1763800001500 implements MigrationInterface {
  readonly name = 'CreateIdentity1763800001500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS identity');
    await runner.query(`
      CREATE TABLE identity.signing_key (
        kid text PRIMARY KEY, public_jwk jsonb NOT NULL, wrapped bytea NOT NULL, kek_version int NOT NULL,
        created_at timestamptz NOT NULL)`);
    await runner.query(`
      CREATE TABLE identity.session (
        token_hash bytea PRIMARY KEY, family uuid NOT NULL, subject_id uuid NOT NULL, role text NOT NULL,
        authenticated_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, used_at timestamptz)`);
    await runner.query('CREATE INDEX ON identity.session (family)');
    await runner.query('CREATE INDEX ON identity.session (subject_id)');
    await runner.query('CREATE INDEX ON identity.session (expires_at)');
    await runner.query(`
      CREATE TABLE identity.sign_in_brake (
        account text PRIMARY KEY, tries int NOT NULL, tried_at timestamptz NOT NULL, blocked_until timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.sign_in_brake (tried_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA identity CASCADE');
  }
}

/** How often codes were typed for an address. */
class CountCodeTries1764260103000 implements MigrationInterface {
  readonly name = 'CountCodeTries1764260103000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.code_tries (address text PRIMARY KEY, tries int NOT NULL, began_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.code_tries (began_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity.code_tries');
  }
}

/** Who the shop knows and as what, and by which telephone numbers: so that an officer finds everybody. */
class AddSubjectIndex1764260104000 implements MigrationInterface {
  readonly name = 'AddSubjectIndex1764260104000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.known_subject (subject_id uuid NOT NULL, kind text NOT NULL, PRIMARY KEY (subject_id, kind))`);
    await runner.query(`
      CREATE TABLE identity.phone_mark (
        mark bytea NOT NULL, subject_id uuid NOT NULL, kid text NOT NULL, PRIMARY KEY (mark, subject_id, kid))`);
    await runner.query('CREATE INDEX ON identity.phone_mark (subject_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity.known_subject, identity.phone_mark');
  }
}

/** A time kept for thirty days at most; the days of use are in the events. */
const daysOfUse = { because: 'the days of use are taken from the events (AccountUsed)' };

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const identityRows: RowClasses = {
  session: {
    subject: 'subject_id',
    columns: {
      token_hash: keyedHash('rowDeleted', { because: 'it proves who signs in' }),
      subject_id: reference,
      authenticated_at: { kind: 'personal', erasure: 'rowDeleted', copy: daysOfUse },
      expires_at: { kind: 'personal', erasure: 'rowDeleted', copy: daysOfUse },
      used_at: { kind: 'personal', erasure: 'rowDeleted', copy: daysOfUse },
      ...plainColumns('family', 'role'),
    },
  },
  sign_in_brake: {
    columns: {
      account: keyedHash('expires', { because: 'a mark of what was typed, for a quarter of an hour' }),
      ...plainColumns('tries', 'tried_at', 'blocked_until'),
    },
  },
  known_subject: { subject: 'subject_id', columns: { subject_id: reference, ...plainColumns('kind') } },
  phone_mark: {
    subject: 'subject_id',
    columns: { mark: keyedHash('rowDeleted', 'fromEvents'), subject_id: reference, kid: reference },
  },
  code_tries: {
    columns: {
      address: keyedHash('expires', { because: 'a mark of what was typed, for a day' }),
      ...plainColumns('tries', 'began_at'),
    },
  },
  signing_key: {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: holds('key material, wrapped by the key-encryption key'),
      ...plainColumns('kid', 'kek_version', 'created_at'),
    },
  },
};

export const identitySchema = {
  schema: 'identity',
  migrations: [CreateIdentity1763800001500, CountCodeTries1764260103000, AddSubjectIndex1764260104000],
  wrappedKeys: [signingKeysWrapped],
  rows: identityRows,
};

import { holds, plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { signingKeyWrapped } from './seal/signing-key.js';

class CreateAudit1763800005000 implements MigrationInterface {
  readonly name = 'CreateAudit1763800005000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS audit');
    await runner.query(`
      CREATE TABLE audit.subject_trail (
        subject_id uuid NOT NULL, position bigint NOT NULL, stream text NOT NULL, revision bigint NOT NULL,
        event_id uuid NOT NULL, type text NOT NULL, recorded_at timestamptz NOT NULL,
        PRIMARY KEY (subject_id, position))`);
    await runner.query(`
      CREATE TABLE audit.leaf (
        index bigint PRIMARY KEY, position bigint NOT NULL UNIQUE, event_id uuid NOT NULL UNIQUE,
        leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32))`);
    // root can be computed from hashes; it is stored because the tile above consists of 256 of them
    await runner.query(`
      CREATE TABLE audit.tile (
        level int NOT NULL, index bigint NOT NULL, hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
        root bytea NOT NULL CHECK (octet_length(root) = 32), PRIMARY KEY (level, index))`);
    await runner.query(`
      CREATE TABLE audit.signing_key (
        origin text PRIMARY KEY, public_key bytea NOT NULL, wrapped bytea NOT NULL, kek_version int NOT NULL,
        created_at timestamptz NOT NULL)`);
    // Two sealers cannot both follow the same head: the log has one chain of heads per origin.
    await runner.query(`
      CREATE TABLE audit.signed_tree_head (
        origin text NOT NULL, size bigint NOT NULL, previous_size bigint NOT NULL, root bytea NOT NULL,
        note text NOT NULL, signed_at timestamptz NOT NULL,
        PRIMARY KEY (origin, size), UNIQUE (origin, previous_size))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA audit CASCADE');
  }
}

/** Not in the log: to verify it must not change it. */
class AddVerification1764000210000 implements MigrationInterface {
  readonly name = 'AddVerification1764000210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit.verification (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, origin text NOT NULL, verdict text NOT NULL,
        tree_size bigint NOT NULL, problems int NOT NULL, verified_at timestamptz NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit.verification');
  }
}

const sha256 = holds('a SHA-256');
const wrappedKey = holds('key material, wrapped by the key-encryption key');

/** For each column: the personal data in it, what an erasure does to it, and how the access copy includes it. */
const auditRows: RowClasses = {
  subject_trail: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      stream: reference,
      ...plainColumns('position', 'revision', 'event_id', 'type', 'recorded_at'),
    },
  },
  leaf: { columns: { leaf_hash: sha256, ...plainColumns('index', 'position', 'event_id') } },
  tile: {
    columns: { hashes: holds('SHA-256 of leaves'), root: sha256, ...plainColumns('level', 'index') },
  },
  signing_key: {
    columns: {
      public_key: holds('a public key'),
      wrapped: wrappedKey,
      ...plainColumns('origin', 'kek_version', 'created_at'),
    },
  },
  verification: { columns: plainColumns('id', 'origin', 'verdict', 'tree_size', 'problems', 'verified_at') },
  signed_tree_head: {
    columns: {
      note: holds('a signed note (C2SP): origin, size, root'),
      root: sha256,
      ...plainColumns('origin', 'size', 'previous_size', 'signed_at'),
    },
  },
};

export const auditSchema = {
  schema: 'audit',
  migrations: [CreateAudit1763800005000, AddVerification1764000210000],
  wrappedKeys: [signingKeyWrapped],
  rows: auditRows,
};

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

export const identitySchema = {
  schema: 'identity',
  migrations: [CreateIdentity1763800001500],
  wrappedKeys: [signingKeysWrapped],
};

import { holds, keyedHash, plainColumns, reference, repeats, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { signingKeysWrapped } from './session/signing-keys.js';

class CreateIdentity1763800001500 implements MigrationInterface {
  readonly name = 'CreateIdentity1763800001500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS identity');
    await runner.query(`
      CREATE TABLE identity.email_index (
        bidx bytea PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, reserved_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.email_index (subject_id)');
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
    await runner.query(`
      CREATE TABLE identity.order_standing (
        order_id uuid PRIMARY KEY, subject_id uuid NOT NULL, revision bigint NOT NULL, status text NOT NULL,
        by_invoice boolean NOT NULL, personnummer_ground text, paid boolean NOT NULL, total_minor bigint NOT NULL,
        refunded_minor bigint NOT NULL, placed_at timestamptz NOT NULL, shipped_at timestamptz,
        booked_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.order_standing (subject_id)');
    await runner.query(`
      CREATE TABLE identity.rights_request (
        request_id uuid PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, received_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL, open boolean NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.rights_request (subject_id, received_at, request_id)');
    await runner.query('CREATE INDEX ON identity.rights_request (due_at, request_id)');
    await runner.query(`
      CREATE TABLE identity.request_in_flight (
        subject_id uuid NOT NULL, likeness text NOT NULL, request_id uuid NOT NULL, PRIMARY KEY (subject_id, likeness))`);
    await runner.query(`
      CREATE TABLE identity.due_task (
        kind text NOT NULL, id uuid NOT NULL, due_at timestamptz NOT NULL, failures int NOT NULL DEFAULT 0,
        PRIMARY KEY (kind, id))`);
    await runner.query('CREATE INDEX ON identity.due_task (due_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA identity CASCADE');
  }
}

class AddRightsOfEveryKind1763810000000 implements MigrationInterface {
  readonly name = 'AddRightsOfEveryKind1763810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.disclosed_field (
        subject_id uuid NOT NULL, processor_id text NOT NULL, field text NOT NULL,
        PRIMARY KEY (subject_id, processor_id, field))`);
    await runner.query('CREATE TABLE identity.known_contact (subject_id uuid PRIMARY KEY)');
    await runner.query(`
      CREATE TABLE identity.recipient_task (
        request_id uuid NOT NULL, processor_id text NOT NULL, state text NOT NULL, reason text NOT NULL,
        since timestamptz NOT NULL, PRIMARY KEY (request_id, processor_id))`);
    await runner.query('CREATE INDEX ON identity.recipient_task (since, request_id, processor_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['disclosed_field', 'known_contact', 'recipient_task']) {
      await runner.query(`DROP TABLE identity.${table}`);
    }
  }
}

/** Where a person occurs in the log, and the copies that wait to be fetched, sealed. */
class AddSubjectCopy1763800001520 implements MigrationInterface {
  readonly name = 'AddSubjectCopy1763800001520';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.subject_stream (
        subject_id uuid NOT NULL, stream text NOT NULL, since_revision bigint NOT NULL,
        PRIMARY KEY (subject_id, stream))`);
    await runner.query(`
      CREATE TABLE identity.subject_stream_mark (
        one boolean PRIMARY KEY DEFAULT true CHECK (one), position bigint NOT NULL)`);
    await runner.query(`
      CREATE TABLE identity.subject_copy (
        request_id uuid PRIMARY KEY, subject_id uuid NOT NULL, kind text NOT NULL, digest text NOT NULL,
        sealed_key jsonb NOT NULL, prepared_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        collected_at timestamptz)`);
    await runner.query('CREATE INDEX ON identity.subject_copy (subject_id)');
    await runner.query(`
      CREATE TABLE identity.subject_copy_part (
        request_id uuid NOT NULL REFERENCES identity.subject_copy ON DELETE CASCADE, number int NOT NULL,
        sealed bytea NOT NULL, PRIMARY KEY (request_id, number))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity.subject_copy_part, identity.subject_copy');
    await runner.query('DROP TABLE identity.subject_stream_mark, identity.subject_stream');
  }
}

/** What ends when, what must not, and when an account was last used. */
class AddRetention1763800001540 implements MigrationInterface {
  readonly name = 'AddRetention1763800001540';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.retention (
        subject_id uuid NOT NULL, category text NOT NULL,
        scope uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        last_day date, failures int NOT NULL DEFAULT 0, not_before timestamptz,
        PRIMARY KEY (subject_id, category, scope))`);
    await runner.query('CREATE INDEX ON identity.retention (last_day)');
    await runner.query('CREATE INDEX ON identity.retention (scope, category)');
    await runner.query(`
      CREATE TABLE identity.consent_reliance (
        subject_id uuid NOT NULL, purpose text NOT NULL, ended_on date, PRIMARY KEY (subject_id, purpose))`);
    await runner.query(`
      CREATE TABLE identity.account_activity (
        subject_id uuid PRIMARY KEY, last_active_on date NOT NULL, notice_on date NOT NULL, erases_at timestamptz,
        failures int NOT NULL DEFAULT 0, not_before timestamptz)`);
    await runner.query('CREATE INDEX ON identity.account_activity (notice_on)');
    await runner.query(`
      CREATE TABLE identity.legal_hold (
        hold_id uuid PRIMARY KEY, subject_id uuid NOT NULL, order_id uuid, categories text[] NOT NULL,
        state text NOT NULL, expires_at timestamptz NOT NULL, requested_at timestamptz NOT NULL)`);
    await runner.query('CREATE INDEX ON identity.legal_hold (subject_id)');
    await runner.query('CREATE INDEX ON identity.legal_hold (requested_at, hold_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['retention', 'consent_reliance', 'account_activity', 'legal_hold'])
      await runner.query(`DROP TABLE identity.${table}`);
  }
}

const sha256 = holds('a SHA-256');
const wrappedKey = holds('key material, wrapped by the key-encryption key');

/** What each column holds of a person, what an erasure does with it, how the copy a person gets has it. */
const identityRows: RowClasses = {
  email_index: {
    subject: 'subject_id',
    columns: {
      bidx: keyedHash('rowDeleted', 'fromEvents'),
      subject_id: reference,
      ...plainColumns('kind', 'reserved_at'),
    },
  },
  session: {
    subject: 'subject_id',
    columns: {
      token_hash: keyedHash('rowDeleted', { because: 'it proves who somebody is' }),
      subject_id: reference,
      authenticated_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      expires_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      used_at: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      ...plainColumns('family', 'role'),
    },
  },
  sign_in_brake: {
    columns: {
      account: keyedHash('expires', { because: 'a mark of what was typed, for a quarter of an hour' }),
      ...plainColumns('tries', 'tried_at', 'blocked_until'),
    },
  },
  order_standing: {
    subject: 'subject_id',
    columns: {
      order_id: reference,
      subject_id: reference,
      status: repeats('OrderPlaced', 'OrderShipped', 'OrderCancelled'),
      by_invoice: repeats('OrderPlaced.paymentMethod'),
      personnummer_ground: repeats('OrderPlaced.personnummerGround'),
      paid: repeats('PaymentApproved'),
      total_minor: repeats('OrderPlaced.total'),
      refunded_minor: repeats('RefundPaid.amount'),
      placed_at: repeats('OrderPlaced'),
      shipped_at: repeats('OrderShipped.shippedAt'),
      booked_at: repeats('OrderPlaced', 'RefundDecided'),
      ...plainColumns('revision'),
    },
  },
  rights_request: {
    subject: 'subject_id',
    columns: {
      request_id: reference,
      subject_id: reference,
      kind: repeats('RightsRequestReceived.kind'),
      received_at: repeats('RightsRequestReceived'),
      due_at: repeats('RightsRequestReceived.dueAt', 'RequestExtended.dueAt'),
      ...plainColumns('open'),
    },
  },
  request_in_flight: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      likeness: keyedHash('losesItsMeaning', 'fromEvents'),
      request_id: reference,
    },
  },
  due_task: { columns: { id: reference, ...plainColumns('kind', 'due_at', 'failures') } },
  signing_key: {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: wrappedKey,
      ...plainColumns('kid', 'kek_version', 'created_at'),
    },
  },
  subject_stream: {
    subject: 'subject_id',
    columns: { subject_id: reference, stream: reference, ...plainColumns('since_revision') },
  },
  subject_stream_mark: { columns: plainColumns('one', 'position') },
  subject_copy: {
    subject: 'subject_id',
    columns: {
      request_id: reference,
      subject_id: reference,
      digest: sha256,
      sealed_key: {
        kind: 'envelope',
        category: 'contact',
        erasure: 'keyDestroyed',
        copy: { because: 'the key of a copy is not data about the person' },
      },
      collected_at: repeats('CopyCollected'),
      expires_at: repeats('CopyPrepared.expiresAt'),
      prepared_at: repeats('CopyPrepared'),
      ...plainColumns('kind'),
    },
  },
  subject_copy_part: {
    columns: {
      request_id: reference,
      sealed: {
        kind: 'envelope',
        category: 'contact',
        erasure: 'keyDestroyed',
        copy: { because: 'it is an earlier copy of the same' },
      },
      ...plainColumns('number'),
    },
  },
  disclosed_field: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      processor_id: repeats('DataDisclosed.processorId'),
      field: repeats('DataDisclosed.fields'),
    },
  },
  known_contact: { subject: 'subject_id', columns: { subject_id: reference } },
  recipient_task: {
    columns: {
      request_id: reference,
      processor_id: repeats('RecipientAsked.processorId'),
      state: repeats('RecipientAnswered.state'),
      reason: repeats('RecipientAnswered.reason'),
      ...plainColumns('since'),
    },
  },
  account_activity: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      last_active_on: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      notice_on: repeats('InactivityNoticed'),
      erases_at: repeats('InactivityNoticed.erasesAt'),
      ...plainColumns('failures', 'not_before'),
    },
  },
  consent_reliance: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      purpose: repeats('ConsentGiven.purpose'),
      ended_on: repeats('ConsentWithdrawn', 'ConsentsInvalidated'),
    },
  },
  legal_hold: {
    subject: 'subject_id',
    columns: {
      hold_id: reference,
      subject_id: reference,
      order_id: reference,
      categories: holds('names of categories'),
      ...plainColumns('state', 'expires_at', 'requested_at'),
    },
  },
  retention: {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      scope: reference,
      ...plainColumns('category', 'last_day', 'failures', 'not_before'),
    },
  },
};

export const identitySchema = {
  schema: 'identity',
  migrations: [
    CreateIdentity1763800001500,
    AddSubjectCopy1763800001520,
    AddRetention1763800001540,
    AddRightsOfEveryKind1763810000000,
  ],
  wrappedKeys: [signingKeysWrapped],
  rows: identityRows,
};

import { holds, keyedHash, plainColumns, reference, repeats, type RowClasses } from '@dittoo/kernel';

/** The database schema of rights. */
export const rightsSchemaName = 'rights';

/** For each column: what it holds about a person, how an erasure treats it, how it appears in an access copy. */
export const rightsRows: RowClasses = {
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
  due_task: {
    columns: {
      id: reference,
      ...plainColumns('kind', 'due_at', 'failures', 'asked', 'claim', 'claimed_until', 'failing_since'),
    },
  },
  document_key: {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: holds('key material, wrapped by the key-encryption key'),
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
      digest: holds('a SHA-256'),
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
      ...plainColumns('list', 'number'),
    },
  },
  subject_copy_draft: {
    columns: {
      request_id: reference,
      sealed: {
        kind: 'envelope',
        category: 'contact',
        erasure: 'keyDestroyed',
        copy: { because: 'it is the copy itself while it is being made' },
      },
      ...plainColumns('draft_id', 'list', 'number', 'made_at'),
    },
  },
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
      ...plainColumns('last_day'),
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

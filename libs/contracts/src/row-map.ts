import { holds, keyedHash, plainColumns, reference, repeats, type RowMap, type TableClass } from './row-class.js';

const sha256 = holds('a SHA-256');
const cipher = holds('key material, wrapped by the key-encryption key');

const lane: TableClass = {
  subject: 'subject_id',
  columns: {
    subject_id: reference,
    ...plainColumns('next_at', 'pending', 'attempt', 'lease_until', 'lease_token'),
  },
};
const item: TableClass = {
  subject: 'subject_id',
  columns: {
    subject_id: reference,
    order_id: reference,
    payload: holds('names of purposes and fields, ids; never a value'),
    sending: holds('the ledger lines of the try under way: names of fields, never a value'),
    ...plainColumns('id', 'intent_id', 'forwarding_id', 'kind', 'state', 'attempt', 'queued_at'),
  },
};

/**
 * Every column of every table, the key ring's included: what it holds of a person, what an erasure does with it, how the
 * copy a person gets has it. A spec of the whole shop reads the database and fails on a column that is not here.
 */
export const rowMap: RowMap = {
  // event store: the truth
  'event_store.es_event': {
    columns: {
      stream_id: reference,
      data: { kind: 'envelope', category: 'each', erasure: 'keyDestroyed', copy: 'fromEvents' },
      meta: reference,
      leaf_hash: sha256,
      ...plainColumns('seq', 'tx', 'revision', 'event_id', 'type', 'recorded_at'),
    },
  },
  'event_store.es_log': { columns: { leaf_hash: sha256, ...plainColumns('position', 'seq') } },
  'event_store.es_head': {
    columns: plainColumns('one', 'next_position', 'lo', 'hi', 'last_seq', 'base_seq', 'system_identifier'),
  },

  // key ring: a database of its own
  'keyring.data_key': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      scope: reference,
      request_id: reference,
      wrapped: cipher,
      fingerprint: holds('a SHA-256 of key material'),
      ...plainColumns('category', 'generation', 'state', 'kek_version', 'created_at', 'destroyed_at'),
    },
  },
  'keyring.scoped_category': { columns: { subject_id: reference, ...plainColumns('category', 'closed') } },
  'keyring.restore_gate': {
    columns: { stream: reference, ...plainColumns('one', 'position', 'event_id', 'revision', 'passed_at') },
  },
  'keyring.contact': {
    subject: 'subject_id',
    columns: { address_mark: keyedHash('rowDeleted', 'fromEvents'), subject_id: reference },
  },
  'keyring.suppression': {
    columns: {
      address_mark: keyedHash(
        { because: 'it is how "never again" is remembered without the address' },
        { because: 'nothing leads from a person to it but the address itself' },
      ),
    },
  },

  // gateway
  'gateway.access_log': {
    columns: {
      ip: {
        kind: 'envelope',
        category: 'accessLog',
        erasure: { because: 'it lies under the key of its day, which ends after 30 days' },
        copy: { because: 'nobody knows whose address it was (art. 11)' },
      },
      ...plainColumns('id', 'at', 'method', 'route', 'status', 'duration_ms'),
    },
  },
  'gateway.access_log_truncated': {
    columns: {
      ip: {
        kind: 'envelope',
        category: 'accessLog',
        erasure: { because: 'it is shortened (/24, /48) and lies under a key of its day, which ends after 12 months' },
        copy: { because: 'nobody knows whose address it was (art. 11)' },
      },
      ...plainColumns('id', 'at', 'method', 'route', 'status', 'duration_ms'),
    },
  },
  'gateway.access_log_count': { columns: plainColumns('day', 'method', 'route', 'status', 'requests', 'median_ms') },
  'gateway.access_log_day': { columns: plainColumns('day', 'stage', 'keys_destroyed') },

  // identity
  'identity.email_index': {
    subject: 'subject_id',
    columns: {
      bidx: keyedHash('rowDeleted', 'fromEvents'),
      subject_id: reference,
      ...plainColumns('kind', 'reserved_at'),
    },
  },
  'identity.session': {
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
  'identity.sign_in_brake': {
    columns: {
      account: keyedHash('expires', { because: 'a mark of what was typed, for a quarter of an hour' }),
      ...plainColumns('tries', 'tried_at', 'blocked_until'),
    },
  },
  'identity.order_standing': {
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
  'identity.rights_request': {
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
  'identity.request_in_flight': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      likeness: keyedHash('losesItsMeaning', 'fromEvents'),
      request_id: reference,
    },
  },
  'identity.due_task': { columns: { id: reference, ...plainColumns('kind', 'due_at', 'failures') } },
  'identity.signing_key': {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: cipher,
      ...plainColumns('kid', 'kek_version', 'created_at'),
    },
  },
  'identity.subject_stream': {
    subject: 'subject_id',
    columns: { subject_id: reference, stream: reference, ...plainColumns('since_revision') },
  },
  'identity.subject_stream_mark': { columns: plainColumns('one', 'position') },
  'identity.subject_copy': {
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
  'identity.subject_copy_part': {
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

  'identity.disclosed_field': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      processor_id: repeats('DataDisclosed.processorId'),
      field: repeats('DataDisclosed.fields'),
    },
  },
  'identity.known_contact': { subject: 'subject_id', columns: { subject_id: reference } },
  'identity.recipient_task': {
    columns: {
      request_id: reference,
      processor_id: repeats('RecipientAsked.processorId'),
      state: repeats('RecipientAnswered.state'),
      reason: repeats('RecipientAnswered.reason'),
      ...plainColumns('since'),
    },
  },
  'identity.account_activity': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      last_active_on: { kind: 'personal', erasure: 'rowDeleted', copy: 'fromRow' },
      notice_on: repeats('InactivityNoticed'),
      erases_at: repeats('InactivityNoticed.erasesAt'),
      ...plainColumns('failures', 'not_before'),
    },
  },
  'identity.consent_reliance': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      purpose: repeats('ConsentGiven.purpose'),
      ended_on: repeats('ConsentWithdrawn', 'ConsentsInvalidated'),
    },
  },
  'identity.legal_hold': {
    subject: 'subject_id',
    columns: {
      hold_id: reference,
      subject_id: reference,
      order_id: reference,
      categories: holds('names of categories'),
      ...plainColumns('state', 'expires_at', 'requested_at'),
    },
  },
  'identity.retention': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      scope: reference,
      ...plainColumns('category', 'last_day', 'failures', 'not_before'),
    },
  },

  // consent
  'consent.policy_version': {
    columns: {
      documents: holds('the policy as published'),
      ...plainColumns('version', 'digest', 'published_at'),
    },
  },

  'consent.receipt_key': {
    columns: {
      public_jwk: holds('a public key'),
      wrapped: cipher,
      ...plainColumns('kid', 'kek_version', 'created_at'),
    },
  },
  'consent.standing_consent': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      purpose: repeats('ConsentGiven.purpose'),
      said: repeats('ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn'),
      given_at: repeats('ConsentGiven'),
    },
  },

  // order
  'orders.order_row': {
    subject: 'customer_id',
    columns: {
      order_id: reference,
      customer_id: reference,
      status: repeats('OrderPlaced', 'OrderShipped', 'OrderCancelled'),
      total_minor: repeats('OrderPlaced.total'),
      currency: repeats('OrderPlaced.total'),
      paid_minor: repeats('PaymentApproved.amount'),
      refunded_minor: repeats('RefundPaid.amount'),
      placed_at: repeats('OrderPlaced'),
      changed_at: repeats('OrderPlaced', 'OrderShipped'),
      ...plainColumns('revision'),
    },
  },

  // engagement
  'engagement.comment_row': {
    subject: 'author_id',
    columns: {
      comment_id: reference,
      author_id: reference,
      sku: repeats('CommentPosted.sku'),
      posted_at: repeats('CommentPosted'),
    },
  },
  'engagement.support_case_row': {
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
  'engagement.withheld_subject': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      request_id: reference,
      reason: repeats('ProcessingRestricted', 'ErasureRequested'),
    },
  },

  // processor-forwarding
  ...Object.fromEntries(
    ['payson', 'mondido', 'google', 'one_mail'].flatMap((processor) => [
      [`forwarding.${processor}_lane`, lane],
      [`forwarding.${processor}_item`, item],
    ]),
  ),
  'forwarding.inbox': { columns: plainColumns('intent_id', 'received_at') },
  'forwarding.recipient': {
    subject: 'subject_id',
    columns: {
      processor_id: repeats('DataDisclosed.processorId'),
      subject_id: reference,
      since: repeats('DataDisclosed'),
    },
  },
  'forwarding.payment_watch': {
    subject: 'subject_id',
    columns: {
      forwarding_id: reference,
      subject_id: reference,
      order_id: reference,
      ...plainColumns('processor_id', 'polls', 'next_at'),
    },
  },
  'forwarding.mailed': {
    subject: 'subject_id',
    columns: { forwarding_id: reference, subject_id: reference, ...plainColumns('sent_at') },
  },
  'forwarding.mail_received': {
    subject: 'subject_id',
    columns: { subject_id: reference, ...plainColumns('folder', 'uid_validity', 'uid', 'received_at') },
  },
  'forwarding.mail_hold': {
    subject: 'subject_id',
    columns: { hold_id: reference, subject_id: reference, ...plainColumns('in_force') },
  },
  'forwarding.mailbox_sweep': { columns: plainColumns('day', 'started_at', 'finished_at', 'deleted') },
  'forwarding.delivery': {
    columns: {
      forwarding_id: reference,
      order_id: reference,
      intent: repeats('ForwardingRequested.intent'),
      state: repeats('ForwardingRequested', 'ForwardingCompleted'),
      fields: repeats('DataDisclosed.fields'),
      reason: repeats('ForwardingRefused.reason'),
      ...plainColumns('processor_id', 'attempts', 'next_attempt_at', 'requested_at', 'changed_at'),
    },
  },

  // platform
  'platform.log_origin': { columns: plainColumns('one', 'kept_by', 'since') },

  // audit
  'audit.subject_trail': {
    subject: 'subject_id',
    columns: {
      subject_id: reference,
      stream: reference,
      ...plainColumns('position', 'revision', 'event_id', 'type', 'recorded_at'),
    },
  },
  'audit.leaf': { columns: { leaf_hash: sha256, ...plainColumns('index', 'position', 'event_id') } },
  'audit.tile': {
    columns: { hashes: holds('SHA-256 of leaves'), root: sha256, ...plainColumns('level', 'index') },
  },
  'audit.signing_key': {
    columns: {
      public_key: holds('a public key'),
      wrapped: cipher,
      ...plainColumns('origin', 'kek_version', 'created_at'),
    },
  },
  'audit.signed_tree_head': {
    columns: {
      note: holds('a signed note (C2SP): origin, size, root'),
      root: sha256,
      ...plainColumns('origin', 'size', 'previous_size', 'signed_at'),
    },
  },

  // relay and delivery: how far everybody is
  'relay.checkpoint': { columns: plainColumns('transport', 'epoch', 'position', 'moved_at') },
  'relay.parked': {
    columns: { stream: reference, ...plainColumns('position', 'event_id', 'reason', 'parked_at') },
  },
  'delivery.group_checkpoint': {
    columns: plainColumns('group_id', 'position', 'ahead', 'parked', 'moved_at'),
  },
  'delivery.parked_stream': {
    columns: { stream: reference, ...plainColumns('group_id', 'failure', 'parked_at') },
  },
  'delivery.parked_event': {
    columns: { stream: reference, ...plainColumns('group_id', 'position', 'event_id') },
  },
  'delivery.partition_offset': {
    columns: plainColumns('group_id', 'topic', 'partition', 'next_offset', 'moved_at'),
  },
  'delivery.stream_revision': {
    columns: { stream: reference, ...plainColumns('group_id', 'revision', 'position') },
  },

  // every service
  'service.idempotency_key': {
    columns: {
      key_digest: keyedHash('expires', { because: 'it says that a request was sent, not what, for 24 hours' }),
      body_digest: keyedHash('expires', { because: 'it says that a request was sent, not what, for 24 hours' }),
      location: holds('the path of what was created: an id'),
      answer: holds('an answer of ids and states, kept 24 hours'),
      ...plainColumns('taken_at', 'status'),
    },
  },
  'service.lease': { columns: plainColumns('name', 'holder', 'epoch', 'expires_at') },
  'public.migration': { columns: plainColumns('id', 'timestamp', 'name') },
};

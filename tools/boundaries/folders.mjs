/**
 * The folders of each app in the order the data flows, the topmost first. A folder may import from the folders listed
 * after it, through plain exports, and from none listed before it: so no circle can be written. At the root of an app
 * only `<app>.module.ts`, `main.ts` and `<app>.migrations.ts` import folders, and no folder imports them; `<app>.config.ts`
 * may be imported by every folder and imports none.
 *
 * @type {Record<string, string[]>}
 */
export const folders = {
  audit: [
    'attention',
    'processing-records',
    'trail',
    'subject-trail',
    'officer-access',
    'offline-verifier',
    'seal',
    'messages',
    'merkle',
  ],
  consent: ['receipt', 'newsletter', 'standing-consent', 'consent', 'policy', 'person', 'messages'],
  engagement: ['campaign-entry', 'support-case-list', 'support-case', 'comment-list', 'comment', 'standing'],
  'event-store-sandbox': [],
  gateway: ['edge', 'access-log', 'openapi', 'landing', 'upstream', 'messages'],
  identity: ['subject-search', 'session', 'staff', 'customer', 'password'],
  order: ['order-list', 'order', 'order-number', 'customer-snapshot', 'catalogue', 'messages'],
  'processor-forwarding': [
    'deliveries',
    'intake',
    'worker',
    'attempt',
    'gate',
    'source',
    'payment',
    'mail',
    'mailbox',
    'queue',
    'ledger',
    'egress',
    'messages',
  ],
  'processor-sandbox': ['inspection', 'payson', 'mondido', 'mail', 'payment', 'reception'],
  relay: ['publish'],
  rights: [
    'retention-schedule',
    'request-intake',
    'judgement',
    'answer-delivery',
    'execution',
    'erasure',
    'subject-copy',
    'personnummer',
    'recipients',
    'rights-request',
    'retention',
    'legal-hold',
    'data-subject',
    'person',
    'due-task',
    'signing',
    'rows',
    'messages',
  ],
  standalone: [],
};

/**
 * Apps whose folders are being cut anew: neither the table nor the promises of file names hold there yet.
 *
 * @type {string[]}
 */
export const beingRebuilt = [];

/**
 * Apps of a few files, all of them at the root.
 *
 * @type {string[]}
 */
export const withoutFolders = ['event-store-sandbox'];

/**
 * Apps of pages: their folders follow the routes, at any depth.
 *
 * @type {string[]}
 */
export const pages = ['console'];

/** A folder made for specs: its files may import anything and are imported by specs only. */
export const specFolder = 'e2e';

/**
 * Folders of pure calculation: the lowest of their app, importing nothing of it and of Node the hashes alone.
 *
 * @type {Record<string, string[]>}
 */
export const calculations = { audit: ['merkle'] };

/**
 * Which folder's tables these are: no SQL of another folder names them. The tables of forwarding's lanes and items are
 * built in `queue`.
 *
 * @type {Record<string, Record<string, string[]>>}
 */
export const tables = {
  audit: {
    'subject-trail': ['subject_trail'],
    seal: ['leaf', 'tile', 'signing_key', 'signed_tree_head', 'verification'],
  },
  consent: {
    receipt: ['receipt_key'],
    'standing-consent': ['standing_consent'],
    policy: ['policy_version'],
  },
  engagement: {
    'support-case-list': ['support_case_row'],
    'comment-list': ['comment_row'],
    standing: ['withheld_subject'],
  },
  gateway: { 'access-log': ['access_log', 'access_log_count', 'access_log_day', 'access_log_truncated'] },
  identity: {
    'subject-search': ['known_subject', 'phone_mark'],
    session: ['session', 'sign_in_brake', 'signing_key'],
    customer: ['code_tries'],
  },
  order: { 'order-list': ['order_row'], 'order-number': ['order_number'] },
  'processor-forwarding': {
    deliveries: ['delivery'],
    payment: ['payment_watch'],
    mailbox: ['mailed', 'mail_received', 'mail_hold', 'mail_hold_mark', 'mailbox_sweep'],
    queue: ['inbox'],
    ledger: ['recipient'],
  },
  relay: { publish: ['checkpoint', 'parked'] },
  rights: {
    'subject-copy': ['subject_copy', 'subject_copy_draft', 'subject_copy_part'],
    'rights-request': ['rights_request', 'request_in_flight'],
    recipients: ['recipient_task'],
    retention: ['retention', 'consent_reliance', 'account_activity'],
    'legal-hold': ['legal_hold'],
    person: ['subject_stream', 'subject_stream_mark'],
    'due-task': ['due_task'],
    signing: ['document_key'],
  },
};

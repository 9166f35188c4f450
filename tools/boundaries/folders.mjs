/**
 * The folders of each app in the order the data flows. A folder imports from folders after it, never from those before.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const folders = {
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
  ],
};

/** Which folder's tables these are: no SQL of another folder names them. The tables of lanes and items are built in `queue`. */
export const tables = {
  'processor-forwarding': {
    deliveries: ['delivery'],
    payment: ['payment_watch'],
    mailbox: ['mailed', 'mail_received', 'mail_hold', 'mailbox_sweep'],
    queue: ['inbox'],
    ledger: ['recipient'],
  },
};

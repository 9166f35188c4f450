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

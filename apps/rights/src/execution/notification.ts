import type { RightsRequestEvents } from '@dittoo/contracts';

/**
 * The recorded answer of recipients of a notification about a correction or a restriction: no processor of the register
 * accepts such a notification through an interface, so each is an officer's task until its outcome is recorded.
 */
export const notSupportedBy = (
  recipients: readonly { readonly processorId: string }[],
): RightsRequestEvents['RecipientAnswered'][] =>
  recipients.map(({ processorId }) => ({ processorId, state: 'notSupported', reason: 'manual' }));

import type { RightsRequestEvents } from '@dittoo/contracts';

/**
 * What recipients answer when they are told of a correction or a restriction: no processor of the register takes such
 * a notification by a call, so each is a task of an officer until its outcome is noted.
 */
export const notSupportedBy = (
  recipients: readonly { readonly processorId: string }[],
): RightsRequestEvents['RecipientAnswered'][] =>
  recipients.map(({ processorId }) => ({ processorId, state: 'notSupported', reason: 'manual' }));

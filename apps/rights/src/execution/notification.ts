import type { RightsRequestEvents } from '@dittoo/contracts';

/**
 * What recipients answer when they are told of a correction or a restriction: no processor of the register takes such
 * word by a call, so each is a person's task until somebody notes what came of it.
 */
export const notSupportedBy = (
  recipients: readonly { readonly processorId: string }[],
): RightsRequestEvents['RecipientAnswered'][] =>
  recipients.map(({ processorId }) => ({ processorId, state: 'notSupported', reason: 'manual' }));

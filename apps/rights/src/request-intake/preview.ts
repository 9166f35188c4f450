import type { Register } from '@dittoo/processor-register';
import { objectedPurposes } from '../execution/objectable-purposes.js';
import { requestKinds } from '../rights-request/request-kinds.js';
import type { OfficersRequest, RequestPreview } from '../rights-request/rights-request.http.js';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** A processor and the fields it received about the person. */
interface Holder {
  readonly processorId: string;
  readonly fields: readonly string[];
}

/**
 * The effects of an approval now: what is erased, what is kept, why, until when, and which recipients are notified.
 *
 * @param scope for kinds that have one, as it would be decided now
 */
export const previewOf = (
  register: Register,
  { kind }: Pick<OfficersRequest, 'kind'>,
  scope: ErasureScope | null,
  holders: readonly Holder[],
): RequestPreview => {
  const steps = requestKinds[kind].steps({ by: 'officer', partlyRefused: false });
  const tellsRecipients = steps.some(({ type }) => type === 'tellRecipients');
  return {
    erase: scope?.erase ?? [],
    retain: scope?.retain ?? [],
    purposes: steps.flatMap((step) => (step.type === 'object' ? objectedPurposes(register, step) : [])),
    recipients: tellsRecipients ? holders.flatMap((holder) => recipient(register, holder)) : [],
  };
};

const recipient = (register: Register, { fields, processorId }: Holder): RequestPreview['recipients'][number][] => {
  const processor = register.processors[processorId];
  if (processor === undefined) return [];
  return [{ processorId, processorName: processor.name, fields, capability: processor.erasure.capability }];
};

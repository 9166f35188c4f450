import { marketingPurposes } from '@dittoo/contracts';
import type { Register } from '@dittoo/processor-register';
import { otherObjectablePurposes } from '../execution/objectable-purposes.js';
import type { OfficersRequest, RequestPreview } from '../rights-request/rights-request.http.js';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** A processor, and what it received of the person. */
interface Holder {
  readonly processorId: string;
  readonly fields: readonly string[];
}

/**
 * What an approval would do now: what goes, what stays, why, until when, and who is told.
 *
 * @param scope of an erasure as it would be decided now
 */
export const previewOf = (
  register: Register,
  { kind }: Pick<OfficersRequest, 'kind'>,
  scope: ErasureScope,
  holders: readonly Holder[],
): RequestPreview => ({
  ...(kind === 'erasure' ? { erase: scope.erase, retain: scope.retain } : { erase: [], retain: [] }),
  purposes: kind === 'objection' ? [...marketingPurposes, ...otherObjectablePurposes(register)] : [],
  recipients: isToldToRecipients(kind) ? holders.flatMap((holder) => recipient(register, holder)) : [],
});

/** Art. 19. */
const isToldToRecipients = (kind: string): boolean =>
  kind === 'erasure' || kind === 'restriction' || kind === 'rectification';

const recipient = (register: Register, { fields, processorId }: Holder): RequestPreview['recipients'][number][] => {
  const processor = register.processors[processorId];
  if (processor === undefined) return [];
  return [{ processorId, processorName: processor.name, fields, capability: processor.erasure.capability }];
};

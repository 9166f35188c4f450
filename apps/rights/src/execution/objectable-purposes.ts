import { marketingPurposes } from '@dittoo/contracts';
import type { Register } from '@dittoo/processor-register';
import type { Step } from '../rights-request/request-kind.js';

/**
 * The purposes an objection ends: marketing, and the others if an officer decides that the person's grounds prevail.
 */
export const objectedPurposes = (
  register: Register,
  { to }: Pick<Extract<Step, { type: 'object' }>, 'to'>,
): readonly string[] =>
  to === 'marketing' ? marketingPurposes : [...marketingPurposes, ...otherObjectablePurposes(register)];

/**
 * Purposes besides marketing that are based on the shop's legitimate interests and for which a processor receives data:
 * an officer weighs them against the person's grounds (art. 21(1)). Processor-forwarding then refuses them.
 */
const otherObjectablePurposes = (register: Register): string[] => {
  const marketing: readonly string[] = marketingPurposes;
  const granted = Object.values(register.processors).flatMap(({ purposes }) => purposes);
  const objectable = granted.filter(
    ({ legalBasis, purpose }) => legalBasis === 'legitimateInterests' && !marketing.includes(purpose),
  );
  return [...new Set(objectable.map(({ purpose }) => purpose))];
};

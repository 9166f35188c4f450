import { marketingPurposes } from '@dittoo/contracts';
import type { Register } from '@dittoo/processor-register';

/**
 * Purposes beside marketing that rest on the shop's own interests and for which something leaves the house: an officer
 * weighs them against the person's grounds (art. 21(1)), the gate refuses them from then on.
 */
export const otherObjectablePurposes = (register: Register): string[] => {
  const marketing: readonly string[] = marketingPurposes;
  const granted = Object.values(register.processors).flatMap(({ purposes }) => purposes);
  const found = granted.filter(
    ({ legalBasis, purpose }) => legalBasis === 'legitimateInterests' && !marketing.includes(purpose),
  );
  return [...new Set(found.map(({ purpose }) => purpose))];
};

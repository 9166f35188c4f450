import type { Register } from '@dittoo/processor-register';
import { consentAt } from './gate.js';
import type { Standing } from './standing.js';

export type AdSignal = 'CONSENT_GRANTED' | 'CONSENT_DENIED';

/** Google's two consent signals (EU user consent policy). */
export interface AdConsentSignals {
  readonly adUserData: AdSignal;
  readonly adPersonalization: AdSignal;
}

/**
 * Derived from the consents in the moment of sending, and kept nowhere: sending a person's data for advertising rests
 * on `adMeasurement`, showing them what is chosen for them on `marketing`. No consent recorded = denied.
 */
export const adConsentSignals = (
  register: Register,
  standing: Pick<Standing, 'erased' | 'consents'>,
  at: string,
): AdConsentSignals => {
  const signal = (purpose: string): AdSignal =>
    !standing.erased && consentAt(register, standing, purpose, at) !== undefined ? 'CONSENT_GRANTED' : 'CONSENT_DENIED';
  return { adUserData: signal('adMeasurement'), adPersonalization: signal('marketing') };
};

/** May Google be called at all? Only with both: a call that says "denied" would still hand the data over. */
export const mayAdvertise = ({ adPersonalization, adUserData }: AdConsentSignals): boolean =>
  adUserData === 'CONSENT_GRANTED' && adPersonalization === 'CONSENT_GRANTED';

import type { CollectionMethod, ConsentChoice, ConsentEvent, ConsentPurpose } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';

/** One purpose of one person. No entry = never asked. */
export type PurposeConsent =
  | { readonly status: 'given'; readonly recordId: string; readonly noticeVersion: string }
  | { readonly status: 'refused'; readonly recordId: string; readonly noticeVersion: string }
  | { readonly status: 'withdrawn'; readonly recordId: string };

/** All choices of one data subject. Stream `consent-<dataSubjectId>`. GDPR art. 6(1)(a), 7. */
export type Consents =
  | { readonly status: 'open'; readonly purposes: { readonly [Purpose in ConsentPurpose]?: PurposeConsent } }
  | { readonly status: 'invalidated' };

export type ConsentCommand =
  /** Giving and withdrawing are the same call with another answer (art. 7(3)). */
  | { readonly type: 'ChooseConsent'; readonly given: boolean; readonly choice: ConsentChoice }
  | {
      readonly type: 'CollectChoices';
      readonly choices: readonly { readonly given: boolean; readonly choice: ConsentChoice }[];
    }
  | { readonly type: 'InvalidateConsents' };

const chosen = (given: boolean, choice: ConsentChoice, consent: PurposeConsent | undefined): ConsentEvent[] => {
  if (given) {
    const said = consent?.status === 'given' && consent.noticeVersion === choice.noticeVersion;
    return said ? [] : [{ type: 'ConsentGiven', data: choice }];
  }
  if (consent?.status === 'given') return [withdrawn(choice.purpose, consent.recordId, choice.method)];
  // Refused or withdrawn before, and said again: true once.
  return consent === undefined ? [{ type: 'ConsentRefused', data: choice }] : [];
};

const withdrawn = (purpose: ConsentPurpose, recordId: string, method: CollectionMethod): ConsentEvent => ({
  type: 'ConsentWithdrawn',
  data: { recordId, purpose, method },
});

const decide = (command: ConsentCommand, consents: Consents): ConsentEvent[] => {
  if (consents.status === 'invalidated') {
    if (command.type === 'InvalidateConsents') return [];
    throw new DomainError('subject-erased');
  }
  switch (command.type) {
    case 'ChooseConsent':
      return chosen(command.given, command.choice, consents.purposes[command.choice.purpose]);
    case 'CollectChoices':
      return command.choices.flatMap(({ given, choice }) => chosen(given, choice, consents.purposes[choice.purpose]));
    case 'InvalidateConsents':
      return [{ type: 'ConsentsInvalidated', data: { reason: 'subjectErased' } }];
  }
};

const evolve = (consents: Consents, event: ConsentEvent): Consents => {
  if (consents.status === 'invalidated') return consents;
  switch (event.type) {
    case 'ConsentGiven':
    case 'ConsentRefused': {
      const { purpose, recordId, noticeVersion } = event.data;
      const status = event.type === 'ConsentGiven' ? 'given' : 'refused';
      return { ...consents, purposes: { ...consents.purposes, [purpose]: { status, recordId, noticeVersion } } };
    }
    case 'ConsentWithdrawn': {
      const { purpose, recordId } = event.data;
      return { ...consents, purposes: { ...consents.purposes, [purpose]: { status: 'withdrawn', recordId } } };
    }
    case 'ConsentsInvalidated':
      return { status: 'invalidated' };
  }
};

export const consentDecider: Decider<ConsentCommand, Consents, ConsentEvent> = {
  category: 'consent',
  initialState: { status: 'open', purposes: {} },
  decide,
  evolve,
};

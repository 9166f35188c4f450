import type { CollectionMethod, ConsentChoice, ConsentEvent, ConsentPurpose } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';
import { evolve, inForce, noConsents, type Consents, type PurposeConsent } from './consent.js';

export type ConsentCommand =
  /** Giving and withdrawing are the same call with a different value (art. 7(3)). */
  | { readonly type: 'ChooseConsent'; readonly given: boolean; readonly choice: ConsentChoice }
  /** The boxes of a form: an unticked box is a refusal where no answer came before, and never a withdrawal. */
  | { readonly type: 'CollectChoices'; readonly choices: readonly CollectedChoice[] }
  /** The person was asked and has not answered yet. */
  | { readonly type: 'RequestConsents'; readonly choices: readonly ConsentChoice[] }
  /** The person who was asked can answer no more. */
  | { readonly type: 'LetRequestsExpire'; readonly at: string }
  /** Withdraws the given consents among these purposes and leaves the others. */
  | { readonly type: 'EndConsents'; readonly purposes: readonly string[]; readonly method: CollectionMethod }
  /** `said`: number of the answer that expires; a later answer is not affected. */
  | {
      readonly type: 'ExpireConsent';
      readonly purpose: ConsentPurpose;
      readonly said: number;
      readonly validUntil: string;
    }
  | { readonly type: 'InvalidateConsents' };

export interface CollectedChoice {
  readonly given: boolean;
  readonly choice: ConsentChoice;
  /** How often the person had answered when the form was sent: a later answer takes precedence over the form. */
  readonly answers: number;
}

const chosen = (given: boolean, choice: ConsentChoice, consent: PurposeConsent | undefined): ConsentEvent[] => {
  const standing = inForce(consent);
  if (given) {
    if (standing === null) return [{ type: 'ConsentGiven', data: choice }];
    return standing.noticeVersion === choice.noticeVersion ? [] : [{ type: 'ConsentReconfirmed', data: choice }];
  }
  if (standing !== null) return [withdrawn(choice.purpose, standing.recordId, choice.method)];
  // Refused or withdrawn already: repeating it changes nothing.
  const answered = consent?.status === 'refused' || consent?.status === 'withdrawn';
  return answered ? [] : [{ type: 'ConsentRefused', data: choice }];
};

const collected = (
  { answers, choice, given }: CollectedChoice,
  consents: Extract<Consents, { status: 'open' }>,
): ConsentEvent[] => {
  const consent = consents.purposes[choice.purpose];
  if ((consents.answers[choice.purpose] ?? 0) > answers) return [];
  return given || consent === undefined ? chosen(given, choice, consent) : [];
};

const withdrawn = (purpose: ConsentPurpose, recordId: string, method: CollectionMethod): ConsentEvent => ({
  type: 'ConsentWithdrawn',
  data: { recordId, purpose, method },
});

const decide = (command: ConsentCommand, consents: Consents): ConsentEvent[] => {
  if (consents.status === 'invalidated') {
    // After an erasure nothing is left to end, so commands that only end a consent do nothing.
    if (['InvalidateConsents', 'EndConsents', 'ExpireConsent', 'LetRequestsExpire'].includes(command.type)) return [];
    throw new DomainError('subject-erased');
  }
  const { purposes } = consents;
  switch (command.type) {
    case 'ChooseConsent':
      return chosen(command.given, command.choice, purposes[command.choice.purpose]);
    case 'CollectChoices':
      return command.choices.flatMap((choice) => collected(choice, consents));
    case 'RequestConsents':
      return command.choices.flatMap((choice): ConsentEvent[] => {
        const consent = purposes[choice.purpose];
        const asked = inForce(consent) !== null || consent?.status === 'requested';
        return asked ? [] : [{ type: 'ConsentRequested', data: choice }];
      });
    case 'LetRequestsExpire':
      return Object.entries(purposes).flatMap(([purpose, { recordId, status }]): ConsentEvent[] =>
        status === 'requested'
          ? [{ type: 'ConsentExpired', data: { recordId, purpose: purpose as ConsentPurpose, validUntil: command.at } }]
          : [],
      );
    case 'EndConsents':
      return Object.entries(purposes).flatMap(([purpose, consent]) =>
        command.purposes.includes(purpose) && inForce(consent) !== null
          ? [withdrawn(purpose as ConsentPurpose, consent.recordId, command.method)]
          : [],
      );
    case 'ExpireConsent': {
      const { purpose, said, validUntil } = command;
      const standing = inForce(purposes[purpose]);
      if (standing?.said !== said) return [];
      return [{ type: 'ConsentExpired', data: { recordId: standing.recordId, purpose, validUntil } }];
    }
    case 'InvalidateConsents':
      return [{ type: 'ConsentsInvalidated', data: { reason: 'subjectErased' } }];
  }
};

export const consentDecider: Decider<ConsentCommand, Consents, ConsentEvent> = {
  category: 'consent',
  initialState: noConsents,
  decide,
  evolve,
};

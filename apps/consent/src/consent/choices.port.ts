import type { CollectionMethod, ConsentChoice, ConsentPurpose } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import type { CommandContext } from '@dittoo/service';

/** What was said about one purpose, on which notice, how. */
export type Choice = Omit<ConsentChoice, 'recordId'>;

/** A person's choices, for what leads to them by another way than My account. */
export abstract class Choices {
  /** @throws DomainError `subject-erased` */
  abstract give(subjectId: Uuid, choice: Choice, context: CommandContext): Promise<void>;

  /** Ends what is given of these purposes; nothing given, nothing happens, also for who was erased. */
  abstract end(
    subjectId: Uuid,
    purposes: readonly string[],
    method: CollectionMethod,
    context: CommandContext,
  ): Promise<void>;

  /** The policy version on which consent stands now; `null` = it does not stand. */
  abstract standsOn(subjectId: Uuid, purpose: ConsentPurpose): Promise<string | null>;

  /** Did the person say no to one of these, as their last word, or is there nobody any more? */
  abstract declined(subjectId: Uuid, purposes: readonly ConsentPurpose[]): Promise<boolean>;
}

export { recordIdOf } from './record-id.js';

import type { Uuid } from '@dittoo/kernel';
import type { CommandContext } from '@dittoo/service';
import type { ProfileChanges } from './customer.decider.js';

/**
 * What a right of a person does to the person's own stream. All of it is safe to repeat.
 *
 * @throws DomainError `subject-erased` from the fence on
 */
export abstract class SubjectRights {
  abstract restrict(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<void>;

  /**
   * The person is told before a restriction ends.
   *
   * @returns when it ends, perhaps as announced before
   * @throws DomainError `restriction-not-in-force`
   */
  abstract announceLift(
    subjectId: Uuid,
    requestId: Uuid,
    liftsAt: string,
    context: CommandContext,
  ): Promise<{ readonly liftsAt: string }>;

  /** @throws DomainError `restriction-not-in-force` before the announced time */
  abstract lift(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<void>;

  abstract object(
    subjectId: Uuid,
    requestId: Uuid,
    purposes: readonly string[],
    context: CommandContext,
  ): Promise<void>;

  /** Art. 16, by an officer. @throws DomainError `not-found` where there is no profile */
  abstract rectify(subjectId: Uuid, changes: ProfileChanges, context: CommandContext): Promise<void>;
}

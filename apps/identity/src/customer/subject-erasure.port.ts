import type { DataSubjectEvents, Retention } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import type { CommandContext } from '@dittoo/service';

/** What the erasure of a person does to the person's own stream. Both are safe to repeat. */
export abstract class SubjectErasure {
  /**
   * The fence: from here on the stream refuses every personal write; recipients act on the event.
   *
   * @returns the request whose fence stands: perhaps another one's, and then that one does the erasure
   */
  abstract fence(subjectId: Uuid, requestId: Uuid, context: CommandContext): Promise<Uuid>;

  /** The deed, once the keys are gone. */
  abstract recordKeysDestroyed(
    subjectId: Uuid,
    requestId: Uuid,
    keys: DataSubjectEvents['SubjectKeysDestroyed']['keys'],
    retained: readonly Retention[],
    context: CommandContext,
  ): Promise<void>;
}

import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';

/** What the end of retention does to the person's own stream. All of it is safe to repeat. */
export abstract class CustomerRetention {
  /** Signed in on this day; says so at most once a day. Nobody's account, or one that is being erased: nothing. */
  abstract recordUse(subjectId: Uuid, on: string): Promise<void>;

  /** Tells the person that the account will be erased at `erasesAt` (RFC 3339) unless it is used. */
  abstract noticeInactivity(subjectId: Uuid, erasesAt: string): Promise<void>;

  /** When the account will be erased, as last announced; `null` = used since, or gone. Read from the source. */
  abstract announcedErasure(subjectId: Uuid): Promise<string | null>;

  /** Is their data only to be stored (art. 18)? Then nobody writes about the account, and nobody erases it. */
  abstract isRestricted(subjectId: Uuid): Promise<boolean>;

  /** These keys are gone because their time was over. Says of each key once. */
  abstract recordEnded(subjectId: Uuid, keys: DataSubjectEvents['SubjectKeysDestroyed']['keys']): Promise<void>;

  /** Removes the personnummer unless a consent carries it still. */
  abstract endPersonnummer(subjectId: Uuid): Promise<void>;
}

import type { Uuid } from '@dittoo/kernel';

/** An erasure nobody asked for: the account was not used for too long. Goes the way of every erasure. */
export abstract class ErasureByRetention {
  /** @param announcedFor when it was announced for, RFC 3339. Safe to repeat; one in flight is enough. */
  abstract request(subjectId: Uuid, announcedFor: string): Promise<void>;
}

import type { Role } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';

export interface IndexedEmail {
  readonly subjectId: Uuid;
  readonly kind: Role;
  readonly reservedAt: string;
}

/**
 * Finds a person by e-mail without keeping the e-mail: a keyed hash whose key is outside the database. An entry is
 * reserved before the append it stands for; what counts is the stream, so whoever finds an entry compares it with that.
 */
export abstract class EmailIndex {
  /** The look-up key of an address; says nothing about it. Letter case and Unicode forms do not matter. */
  abstract keyOf(email: string): string;

  abstract find(email: string): Promise<IndexedEmail | null>;

  /** Takes the address unless somebody has it. @returns who has it now */
  abstract reserve(email: string, subjectId: Uuid, kind: Role): Promise<IndexedEmail>;

  /** Gives the address of `from`, whose reservation came to nothing, to `to`. @returns false: somebody was faster */
  abstract takeOver(email: string, from: Uuid, to: Uuid): Promise<boolean>;

  /** Forgets every other address of this person. */
  abstract keepOnly(subjectId: Uuid, email: string): Promise<void>;

  /** Forgets the person. */
  abstract forget(subjectId: Uuid): Promise<void>;

  abstract holds(kind: Role): Promise<boolean>;
}

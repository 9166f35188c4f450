import { randomBytes, randomInt } from 'node:crypto';
import type { SubjectId, Uuid } from '@dittoo/kernel';
import type { KeyEncryption } from './key-encryption.js';
import { SealedSubjectTokens } from './sealed-subject-tokens.js';

/** 59 characters name the person's stream, 43 are the secret. */
const shape = /^(?<whose>[\w-]{59})\.[\w-]{43}$/;

/**
 * Tokens of mailed links. A token names the person whose stream holds it, sealed, and is stored nowhere else; the
 * stream decides whether it is valid.
 */
export class MailedTokens {
  private readonly subjects: SealedSubjectTokens;

  /** @param use one for each kind of link: a token of one kind is none of another */
  constructor(encryption: KeyEncryption, use: string) {
    this.subjects = new SealedSubjectTokens(encryption, use);
  }

  issue(subjectId: SubjectId): string {
    return `${this.subjects.issue(subjectId)}.${randomBytes(32).toString('base64url')}`;
  }

  /** @returns `null` = not a token of this use */
  subjectOf(token: string): Uuid | null {
    const whose = shape.exec(token)?.groups?.['whose'];
    return whose === undefined ? null : this.subjects.subjectOf(whose);
  }
}

/** Six digits, for a person to type. Guessable, so a route that accepts it counts the tries. */
export const mailedCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');

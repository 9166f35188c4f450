import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SubjectId, Uuid } from '@dittoo/kernel';
import { KeyEncryption, SealedSubjectTokens } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

/** 59 characters name the stream that holds the secret, 43 are the secret. */
const shape = /^(?<whose>[\w-]{59})\.[\w-]{43}$/;

/**
 * The token in a confirmation mail. At rest it is only in its `NewsletterSubscriptionRequested` event, sealed; the
 * token itself names the stream.
 */
@Injectable()
export class ConfirmationTokens {
  private readonly subjects: SealedSubjectTokens;

  constructor(encryption: KeyEncryption) {
    this.subjects = new SealedSubjectTokens(encryption, 'newsletterConfirmation');
  }

  issue(subjectId: SubjectId): string {
    return `${this.subjects.issue(subjectId)}.${randomBytes(32).toString('base64url')}`;
  }

  /** @returns `null` = not a token of this shop */
  subjectOf(token: string): Uuid | null {
    const whose = shape.exec(token)?.groups?.['whose'];
    return whose === undefined ? null : this.subjects.subjectOf(whose);
  }

  /** Compares in constant time. */
  match(one: string, other: string): boolean {
    return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
  }
}

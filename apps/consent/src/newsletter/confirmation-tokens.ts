import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SubjectId, Uuid } from '@dittoo/kernel';
import { KeyEncryption, SealedSubjectTokens } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

/** 59 characters that say whose stream holds the secret, 43 that are the secret. */
const shape = /^(?<whose>[\w-]{59})\.[\w-]{43}$/;

/**
 * What the mailed question carries. At rest it stands sealed in the event that asked, and nowhere else: the token itself
 * says where to look.
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

  /** @returns `null` = not one of ours */
  subjectOf(token: string): Uuid | null {
    const whose = shape.exec(token)?.groups?.['whose'];
    return whose === undefined ? null : this.subjects.subjectOf(whose);
  }

  /** In a time that says nothing about where they differ. */
  match(one: string, other: string): boolean {
    return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
  }
}

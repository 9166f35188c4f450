import { hash, timingSafeEqual } from 'node:crypto';
import { KeyEncryption, MailedTokens } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

/** The token in a confirmation mail. At rest it is only in its `NewsletterSubscriptionRequested` event, sealed. */
@Injectable()
export class ConfirmationTokens extends MailedTokens {
  constructor(encryption: KeyEncryption) {
    super(encryption, 'newsletterConfirmation');
  }

  /** Compares in constant time. */
  match(one: string, other: string): boolean {
    return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
  }
}

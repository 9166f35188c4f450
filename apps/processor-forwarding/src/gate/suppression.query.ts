import { SuppressionList } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { advertisingPurposes } from './standing.js';

/**
 * Asked for every mail in the moment before it is sent, after the gate. What answers a person (an order, a request, the
 * question whether they signed up) is mailed to a suppressed address too; what advertises is not.
 */
@Injectable()
export class MailSuppression {
  constructor(private readonly list: SuppressionList) {}

  /** @throws whatever the list throws: it could not be asked, so hold the mail and ask again; never send */
  async forbids(purpose: string, email: string): Promise<boolean> {
    return advertisingPurposes.has(purpose) && (await this.list.isSuppressed(email));
  }
}

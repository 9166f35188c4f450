import { SuppressionList } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';
import { advertisingPurposes } from './standing.js';

/**
 * Asked for every mail in the moment before it is sent, after the gate. What answers a person (an order, a request, the
 * question whether they signed up) is mailed to a suppressed address too; what advertises is not.
 */
@Injectable()
export class MailSuppression {
  constructor(private readonly list: SuppressionList) {}

  /**
   * @param answers is it something its addressee asked for or has to know? What is not waits for the list as well
   *
   * @throws whatever the list throws: it could not be asked, so hold the mail and ask again; never send
   */
  async forbids(purpose: string, email: string, answers = true): Promise<boolean> {
    return (!answers || advertisingPurposes.has(purpose)) && (await this.list.isSuppressed(email));
  }
}

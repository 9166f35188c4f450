import { KeyEncryption, MailedTokens } from '@dittoo/personal-data';
import { Injectable } from '@nestjs/common';

/** The token in the link that confirms an address. At rest it is only in the event that asked, sealed. */
@Injectable()
export class EmailTokens extends MailedTokens {
  constructor(encryption: KeyEncryption) {
    super(encryption, 'emailConfirmation');
  }
}

import { Clock } from '@dittoo/kernel';
import { Commands, type Caller, type Principal } from '@dittoo/service';
import { EmailIndex } from '@dittoo/personal-data';
import {
  ChangeEmailBody,
  ConfirmEmailBody,
  EmailChangeAnswer,
  ProfileAnswer,
  RectifyProfileBody,
} from './profile.http.js';
/**
 * A customer's own profile. A new e-mail is used only once the token mailed to it came back.
 *
 * Dies between the confirmation and the index: the reactor repeats the index change from the event.
 */
export declare class ProfileController {
  private readonly commands;
  private readonly emails;
  private readonly clock;
  constructor(commands: Commands, emails: EmailIndex, clock: Clock);
  profile({ subjectId }: Principal): Promise<ProfileAnswer>;
  rectify({ subjectId }: Principal, caller: Caller, { address, ...rest }: RectifyProfileBody): Promise<ProfileAnswer>;
  changeEmail({ subjectId }: Principal, caller: Caller, { email }: ChangeEmailBody): Promise<EmailChangeAnswer>;
  confirmEmail({ subjectId }: Principal, caller: Caller, { token }: ConfirmEmailBody): Promise<ProfileAnswer>;
}
//# sourceMappingURL=profile.controller.d.ts.map

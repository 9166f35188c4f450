import { Clock } from '@dittoo/kernel';
import type { Register } from '@dittoo/processor-register';
import { Commands, type Caller } from '@dittoo/service';
import { EmailIndex } from '@dittoo/personal-data';
import { Passwords } from '../password/passwords.js';
import { RegisterCustomerBody, RegisteredCustomer } from './registration.http.js';
/**
 * Registration: reserve the e-mail -> one append to `dataSubject-<id>`.
 *
 * An e-mail in use takes the same way to the same answer; only its owner hears of it. Dies between reservation and
 * append: the same Idempotency-Key goes on with the reservation, anybody else takes it over a little later; a slow
 * first one cannot come after that, because its stream was closed before.
 */
export declare class RegistrationController {
  private readonly commands;
  private readonly emails;
  private readonly passwords;
  private readonly clock;
  private readonly register;
  constructor(commands: Commands, emails: EmailIndex, passwords: Passwords, clock: Clock, register: Register);
  create(body: RegisterCustomerBody, caller: Caller): Promise<RegisteredCustomer>;
  private registration;
  /** Who has the address now: this registration, or somebody who was there before. */
  private ownerOf;
  private cameToNothing;
}
//# sourceMappingURL=registration.controller.d.ts.map

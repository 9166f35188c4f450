import { Clock, DomainError, readable, type SubjectId } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { commandContext, Commands, type Caller } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { Addresses } from './addresses.js';
import { awaitedEmail, profileOf, type Customer } from './customer.js';
import { customerDecider, type Proof } from './customer.decider.js';
import { EmailTokens } from './email-tokens.js';

/**
 * The mailed link or code came back, so the caller reads that mailbox: the registration becomes a customer, or the
 * customer's new address is used.
 *
 * Order: judge -> take the address -> one append -> let go of the old address and of the other registrations. Dies in
 * between: before the append the same link works again; after it the reactor repeats what is left.
 */
@Injectable()
export class EmailConfirmations {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly addresses: Addresses,
    private readonly tokens: EmailTokens,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `invalid-confirmation-token`; `conflict` the address became another account's meanwhile */
  async byToken(token: string, caller: Caller): Promise<{ subjectId: SubjectId; state: Customer }> {
    const subjectId = this.tokens.subjectOf(token);
    if (subjectId === null) throw new DomainError('invalid-confirmation-token');
    return this.confirm(subjectId, { token }, caller);
  }

  /** The code belongs to one of those who wait for this address. The caller counts the tries. */
  async byCode(email: string, code: string, caller: Caller): Promise<void> {
    for (const subjectId of await this.emails.awaiting(email)) {
      try {
        await this.confirm(subjectId, { code }, caller);
        return;
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'invalid-confirmation-token')) throw error;
      }
    }
    throw new DomainError('invalid-confirmation-token');
  }

  private async confirm(
    subjectId: SubjectId,
    proof: Proof,
    caller: Caller,
  ): Promise<{ subjectId: SubjectId; state: Customer }> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const confirm = (now: string) => ({ type: 'ConfirmEmail', proof, now }) as const;
    customerDecider.decide(confirm(this.clock.now()), state); // a refused confirmation takes nothing
    const email = awaitedEmail(state);
    if (email === null) throw new DomainError('invalid-confirmation-token');
    const contextOf = (about: SubjectId) => commandContext({ ...caller, principal: null }, about);
    const system = (about: SubjectId) => ({ ...contextOf(about), actor: { kind: 'system', id: 'identity' } as const });
    await this.addresses.take(email, subjectId, system);
    const noticeVersion = state.status === 'unconfirmed' ? state.registration.noticeVersion : null;
    const context = { ...contextOf(subjectId), noticeVersion };
    const confirmed = await this.commands.execute(customerDecider, subjectId, confirm, context);
    const used = readable(profileOf(confirmed.state)?.email, null);
    if (used !== null) await this.emails.keepOnly(subjectId, used);
    return { subjectId, state: confirmed.state };
  }
}

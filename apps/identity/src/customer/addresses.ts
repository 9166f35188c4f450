import { DomainError, readable, type SubjectId } from '@dittoo/kernel';
import { EmailIndex, normalizedEmail, type IndexedEmail } from '@dittoo/personal-data';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';
import { awaitedEmail, profileOf } from './customer.js';

/**
 * Who owns an address: the account whose owner confirmed it. The index finds the account, its stream decides.
 *
 * Typing an address reserves nothing. It is taken in the moment of the confirmation, and what another account had
 * begun with the same address is ended in that account's own stream first, so that two can never both have it.
 */
@Injectable()
export class Addresses {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
  ) {}

  /** @returns `null` = nobody confirmed it */
  async ownerOf(email: string): Promise<IndexedEmail | null> {
    const found = await this.emails.find(email);
    return found !== null && (await this.stands(found, email)) ? found : null;
  }

  /**
   * Takes the address for an account that is about to record its confirmation. If it dies before that, the entry says
   * more than the stream, and the next confirmation takes it over.
   *
   * @throws DomainError `conflict` another account confirmed it before
   */
  async take(email: string, subjectId: SubjectId, contextOf: (subjectId: SubjectId) => CommandContext): Promise<void> {
    for (;;) {
      const entry = await this.emails.reserve(email, subjectId, 'customer');
      if (entry.subjectId === subjectId) return;
      if (entry.kind === 'customer') await this.leave(email, entry.subjectId, contextOf(entry.subjectId));
      if (await this.stands(entry, email)) throw new DomainError('conflict');
      await this.emails.takeOver(email, entry.subjectId, subjectId);
    }
  }

  /** Ends every other registration that waits for the address. Safe to repeat. */
  async endOthers(email: string, owner: SubjectId, contextOf: (subjectId: SubjectId) => CommandContext): Promise<void> {
    for (const subjectId of await this.emails.awaiting(email)) {
      if (subjectId !== owner) await this.leave(email, subjectId, contextOf(subjectId));
    }
  }

  /** What waits for this address in that stream cannot be confirmed from here on. */
  private async leave(email: string, subjectId: SubjectId, context: CommandContext): Promise<void> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const awaited = awaitedEmail(state);
    if (awaited === null || normalizedEmail(awaited) !== normalizedEmail(email)) return;
    await this.commands.execute(customerDecider, subjectId, { type: 'LeaveAddress', email: awaited }, context);
  }

  private async stands({ kind, subjectId }: IndexedEmail, email: string): Promise<boolean> {
    if (kind !== 'customer') return true;
    const { state } = await this.commands.load(customerDecider, subjectId);
    const used = readable(profileOf(state)?.email, null);
    return used !== null && normalizedEmail(used) === normalizedEmail(email);
  }
}

import type { ConsentChoice, Locale } from '@dittoo/contracts';
import { Clock, derivedId, DomainError, readable, type SubjectId } from '@dittoo/kernel';
import { SuppressionList } from '@dittoo/personal-data';
import { commandContext, Commands, type Caller, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { Choices } from '../consent/choices.js';
import { recordIdOf } from '../consent/record-id.js';
import { People } from '../person/people.query.js';
import { ConfirmationTokens } from './confirmation-tokens.js';
import { newsletterDecider, type NewsletterCommand } from './newsletter.decider.js';

/** The policy version a person was shown, and in which language. */
export interface ShownNotice {
  readonly noticeVersion: string;
  readonly noticeDigest: string;
  readonly language: Locale;
}

/** Begins and ends subscriptions, for the routes and for the reactor. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly commands: Commands,
    private readonly choices: Choices,
    private readonly people: People,
    private readonly suppressions: SuppressionList,
    private readonly tokens: ConfirmationTokens,
    private readonly clock: Clock,
  ) {}

  /** Asks the owner of the address to confirm; processor-forwarding mails the question from the event. */
  async request(subjectId: SubjectId, email: string, notice: ShownNotice, context: CommandContext): Promise<void> {
    const given = (await this.choices.standsOn(subjectId, 'newsletter')) === notice.noticeVersion;
    const request = { email, token: this.tokens.issue(subjectId), ...notice };
    const command = (now: string): NewsletterCommand => ({ type: 'RequestSubscription', request, given, now });
    await this.commands.execute(newsletterDecider, subjectId, command, context);
  }

  /**
   * The owner of the address says yes: consent, mail allowed again, question closed, in this order.
   *
   * Dies in between: the question is still open, and a repeated click completes it; consent is given once, because the
   * question's event is its cause.
   *
   * @throws DomainError `invalid-confirmation-token` wrong, expired, or used
   */
  async confirm(token: string, caller: Caller): Promise<void> {
    const subjectId = this.tokens.subjectOf(token);
    if (subjectId === null) throw new DomainError('invalid-confirmation-token');
    const { history, state } = await this.commands.load(newsletterDecider, subjectId);
    const mailed = readable(state.request?.token, null);
    const recordId = recordIdOf(subjectId, 'newsletter');
    const tokenMatches = mailed !== null && this.tokens.match(mailed, token);
    const command = (now: string): NewsletterCommand => ({ type: 'ConfirmSubscription', tokenMatches, recordId, now });
    newsletterDecider.decide(command(this.clock.now()), state); // a refused confirmation changes nothing
    const { language, noticeDigest, noticeVersion } = state.request!;
    const question = history.findLast(({ event }) => event.type === 'NewsletterSubscriptionRequested')!;
    const context = {
      ...commandContext({ ...caller, principal: null }, subjectId, noticeVersion),
      causationId: derivedId('newsletterConfirmation', question.recorded.eventId),
    };
    const choice: Omit<ConsentChoice, 'recordId'> = {
      purpose: 'newsletter',
      noticeVersion,
      noticeDigest,
      language,
      method: 'doubleOptIn',
    };
    await this.choices.give(subjectId, choice, context);
    const email = readable(state.email, null);
    if (email !== null) await this.suppressions.lift(email);
    await this.commands.execute(newsletterDecider, subjectId, command, context);
  }

  /** One click: withdraws the consent first, then does what `endMail` does. */
  async unsubscribe(subjectId: SubjectId, context: CommandContext): Promise<void> {
    await this.choices.end(subjectId, ['newsletter'], 'unsubscribeLink', context);
    await this.endMail(subjectId, 'link', context);
  }

  /**
   * Ends advertising mail on every basis and puts the address on the suppression list. Safe to repeat, also after it
   * died half way.
   */
  async endMail(subjectId: SubjectId, by: 'link' | 'objection', context: CommandContext): Promise<void> {
    await this.commands.execute(newsletterDecider, subjectId, { type: 'Unsubscribe', by }, context);
    const email = await this.people.emailOf(subjectId);
    if (email !== null) await this.suppressions.suppress(email);
  }
}

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

/** The policy somebody was shown, and in which language. */
export interface ShownNotice {
  readonly noticeVersion: string;
  readonly noticeDigest: string;
  readonly language: Locale;
}

/** How a subscription begins and ends, for the routes and for what other streams say. */
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

  /** Asks at the address whether its owner wants it; forwarding mails the question from the event. */
  async request(subjectId: SubjectId, email: string, notice: ShownNotice, context: CommandContext): Promise<void> {
    const given = (await this.choices.standsOn(subjectId, 'newsletter')) === notice.noticeVersion;
    const request = { email, token: this.tokens.issue(subjectId), ...notice };
    const command = (now: string): NewsletterCommand => ({ type: 'RequestSubscription', request, given, now });
    await this.commands.execute(newsletterDecider, subjectId, command, context);
  }

  /**
   * The owner of the address says yes: consent, mail allowed again, question closed, in this order.
   *
   * Dies in between: the question is still open, and the same click does what is left; consent is given once, because
   * it is caused by the question.
   *
   * @throws DomainError `invalid-confirmation-token` wrong, over, or used
   */
  async confirm(token: string, caller: Caller): Promise<void> {
    const subjectId = this.tokens.subjectOf(token);
    if (subjectId === null) throw new DomainError('invalid-confirmation-token');
    const { history, state } = await this.commands.load(newsletterDecider, subjectId);
    const mailed = readable(state.request?.token, null);
    const recordId = recordIdOf(subjectId, 'newsletter');
    const tokenMatches = mailed !== null && this.tokens.match(mailed, token);
    const command = (now: string): NewsletterCommand => ({ type: 'ConfirmSubscription', tokenMatches, recordId, now });
    newsletterDecider.decide(command(this.clock.now()), state); // what is refused changes nothing
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

  /** One click: consent ends first, at once, then everything `endMail` ends. */
  async unsubscribe(subjectId: SubjectId, context: CommandContext): Promise<void> {
    await this.choices.end(subjectId, ['newsletter'], 'unsubscribeLink', context);
    await this.endMail(subjectId, 'link', context);
  }

  /**
   * Nothing that advertises is mailed any more, whatever it rested on, and the address is remembered as never to be
   * mailed. Safe to repeat, and to go on with where it died.
   */
  async endMail(subjectId: SubjectId, by: 'link' | 'objection', context: CommandContext): Promise<void> {
    await this.commands.execute(newsletterDecider, subjectId, { type: 'Unsubscribe', by }, context);
    const email = await this.people.emailOf(subjectId);
    if (email !== null) await this.suppressions.suppress(email);
  }
}

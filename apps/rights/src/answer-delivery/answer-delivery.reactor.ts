import type { RightsRequestEvents } from '@dittoo/contracts';
import { Clock, streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Commands, Handles, systemContext } from '@dittoo/service';
import { derivedId } from '@dittoo/kernel';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { dataSubjectDecider } from '../data-subject/data-subject.decider.js';
import { standingOf } from '../data-subject/data-subject.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { rightsRequestDecider, type RightsRequestCommand } from '../rights-request/rights-request.decider.js';
import type { KnownRequest } from '../rights-request/rights-request.js';
import { AnswerAddress } from './answer-address.js';
import { AnswerLetters, answerOf, type RecordedAnswer } from './answer-letter.query.js';

const group = 'rights.answerDelivery';
const actor = 'rights.answerDelivery';
/** The mail's outcome is looked up after half of the time that has passed, at least and at most these. */
const [shortestMs, longestMs] = [1_000, 3_600_000];
/** An answer that was not sent by then is an officer's, */
const overdueMs = 21 * 86_400_000;
/** who has until then to give it: the address is kept no longer. */
const giveUpMs = 30 * 86_400_000;

type Answer = Delivered<RightsRequestEvents, 'RequestAnswered' | 'RequestRefused' | 'AnswerDelivered'>;

/**
 * A request is answered -> its letter is sent by processor-forwarding -> recorded as delivered, or as undeliverable,
 * which an officer sees -> the key of the request's own address is destroyed. So an erased person is told as well, and
 * nothing of them stays readable afterwards.
 *
 * The task is written together with the checkpoint. If the process dies between two steps, the task is still due; each
 * step is safe to repeat, and the key goes only after the outcome is on record.
 */
@Controller()
export class AnswerDeliveryReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly letters: AnswerLetters,
    private readonly address: AnswerAddress,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('answerDelivery', (requestId) => this.advance(requestId));
  }

  @Handles(['RequestAnswered', 'RequestRefused', 'AnswerDelivered'], { group })
  async answered(@Payload() event: Answer, @Ctx() { transaction }: EventContext<EntityManager>): Promise<void> {
    await this.tasks.schedule('answerDelivery', streamId(event.stream), this.clock.now(), transaction);
  }

  /** @returns when to call it again; `null` = nothing is left to do */
  async advance(requestId: string): Promise<string | null> {
    const { history, state } = await this.commands.load(rightsRequestDecider, requestId);
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    const answer = answerOf(history);
    // A requester who never confirmed the request is owed no answer.
    if (state.status === 'none' || state.identifiedBy === null || subjectId === null || answer === null) return null;
    const request = await this.recorded(requestId, subjectId, state, answer);
    const now = this.clock.now();
    const givenUpAt = later(answer.at, giveUpMs);
    if (request.delivery === null) return earlier(later(answer.at, overdueMs), later(now, pauseMs(answer.at, now)));
    // An officer may still write to it, or have the mail sent again.
    if (request.delivery === 'undelivered' && now < givenUpAt) return earlier(givenUpAt, later(now, longestMs));
    // The end of a restriction is told before it, to the same address.
    if (await this.isRestrictedBy(requestId, subjectId)) return null;
    await this.address.destroy(subjectId, requestId);
    return null;
  }

  private async recorded(
    requestId: string,
    subjectId: string,
    request: KnownRequest,
    answer: RecordedAnswer,
  ): Promise<KnownRequest> {
    if (request.delivery === 'delivered') return request;
    const outcome = await this.letters.outcomeOf(answer);
    const command = commandFor(outcome, this.clock.now() >= later(answer.at, overdueMs));
    if (command === null) return request;
    const context = systemContext(actor, subjectId, derivedId('answerDelivery', requestId, command.type));
    const { state } = await this.commands.execute(rightsRequestDecider, requestId, command, context);
    return state.status === 'none' ? request : state;
  }

  private async isRestrictedBy(requestId: string, subjectId: string): Promise<boolean> {
    const { state } = await this.commands.load(dataSubjectDecider, subjectId);
    return state.status === 'known' && standingOf(state).restrictions.some((one) => one.requestId === requestId);
  }
}

const commandFor = (
  outcome: Awaited<ReturnType<AnswerLetters['outcomeOf']>>,
  isOverdue: boolean,
): RightsRequestCommand | null => {
  if (outcome.status === 'delivered') return { type: 'RecordDelivery', by: 'mail' };
  if (outcome.status === 'refused') return { type: 'RecordUndelivered', reason: outcome.reason };
  return isOverdue ? { type: 'RecordUndelivered', reason: 'notSent' } : null;
};

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
const earlier = (one: string, other: string): string => (one < other ? one : other);
const pauseMs = (since: string, now: string): number =>
  Math.min(longestMs, Math.max(shortestMs, (Date.parse(now) - Date.parse(since)) / 2));

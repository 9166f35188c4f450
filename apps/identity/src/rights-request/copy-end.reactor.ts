import type { RightsRequestEvents } from '@dittoo/contracts';
import { Clock, derivedId, newId, streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DueTasks } from '../due-task/due-tasks.port.js';
import { rightsRequestDecider } from './rights-request.decider.js';
import { SubjectCopies } from './subject-copies.port.js';

const group = 'identity.rights';

type Context = EventContext<EntityManager>;

/**
 * A copy goes when it was fetched, and otherwise when its time is over.
 *
 * The task is written with the checkpoint; the file goes first, then the event says so. Dies between the two: the task
 * is still due, and removing what is gone changes nothing.
 */
@Controller()
export class CopyEndReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly copies: SubjectCopies,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('copyEnd', (requestId) => this.end(requestId));
  }

  @EventPattern<string>('CopyPrepared', { group })
  async prepared(
    @Payload() event: Delivered<RightsRequestEvents, 'CopyPrepared'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await this.tasks.schedule(transaction, 'copyEnd', streamId(event.stream), event.data.expiresAt);
  }

  @EventPattern<string>('CopyCollected', { group })
  async collected(
    @Payload() event: Delivered<RightsRequestEvents, 'CopyCollected'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await this.tasks.schedule(transaction, 'copyEnd', streamId(event.stream), this.clock.now());
  }

  /** @returns when to come again; `null` = it is gone */
  async end(requestId: string): Promise<string | null> {
    const { history, state } = await this.commands.load(rightsRequestDecider, requestId);
    if (state.status === 'none' || state.copy === null || state.copy.status === 'purged') return null;
    const { expiresAt, status } = state.copy;
    if (status === 'ready' && expiresAt > this.clock.now()) return expiresAt;
    const reason = status === 'collected' ? 'collected' : 'expired';
    const subjectId = history[0]!.recorded.metadata.dataSubjectId!;
    await this.remove(requestId, subjectId, reason);
    return null;
  }

  /** Safe to repeat. */
  async remove(
    requestId: string,
    subjectId: string,
    reason: RightsRequestEvents['CopyPurged']['reason'],
  ): Promise<void> {
    await this.copies.purge(requestId);
    const context = contextOf(requestId, subjectId);
    await this.commands.execute(rightsRequestDecider, requestId, { type: 'PurgeCopy', reason }, context);
  }
}

const contextOf = (requestId: string, subjectId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: 'identity.copyEnd' },
  correlationId: newId(),
  causationId: derivedId('copyEnd', requestId),
  traceparent: null,
  noticeVersion: null,
});

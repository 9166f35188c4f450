import type { RightsRequestEvents } from '@dittoo/contracts';
import { Clock, streamId, type Delivered, type EventContext } from '@dittoo/kernel';
import { Commands, Handles } from '@dittoo/service';
import { Controller, type OnModuleInit } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DueTasks } from '../due-task/due-task.worker.js';
import { CopyRemoval } from './copy-removal.js';
import { SubjectCopyFiles } from './subject-copy-files.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';

const group = 'rights.copyEnd';
/** How often a copy that is being sent is checked again. */
const sendingCheckMs = 1_000;

type Context = EventContext<EntityManager>;

/**
 * A copy is deleted after it was fetched, and otherwise when it expires.
 *
 * The task is written together with the checkpoint. If the process dies, it is still due, and a repeated deletion
 * changes nothing.
 */
@Controller()
export class CopyEndReactor implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly copies: SubjectCopyFiles,
    private readonly removal: CopyRemoval,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('copyEnd', (requestId) => this.end(requestId));
  }

  @Handles('CopyPrepared', { group })
  async prepared(
    @Payload() event: Delivered<RightsRequestEvents, 'CopyPrepared'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await this.tasks.schedule('copyEnd', streamId(event.stream), event.data.expiresAt, transaction);
  }

  @Handles('CopyCollected', { group })
  async collected(
    @Payload() event: Delivered<RightsRequestEvents, 'CopyCollected'>,
    @Ctx() { transaction }: Context,
  ): Promise<void> {
    await this.tasks.schedule('copyEnd', streamId(event.stream), this.clock.now(), transaction);
  }

  /** @returns when to call it again; `null` = the copy is deleted */
  private async end(requestId: string): Promise<string | null> {
    const { history, state } = await this.commands.load(rightsRequestDecider, requestId);
    if (state.status === 'none' || state.copy === null || state.copy.status === 'purged') return null;
    const { expiresAt, status } = state.copy;
    if (status === 'ready' && expiresAt > this.clock.now()) return expiresAt;
    if (status === 'collected' && (await this.copies.isBeingSent(requestId))) return this.soon();
    const reason = status === 'collected' ? 'collected' : 'expired';
    const subjectId = history[0]?.recorded.metadata.dataSubjectId ?? null;
    if (subjectId === null) return null;
    await this.removal.remove(requestId, subjectId, reason);
    return null;
  }

  private soon(): string {
    return new Date(Date.parse(this.clock.now()) + sendingCheckMs).toISOString();
  }
}

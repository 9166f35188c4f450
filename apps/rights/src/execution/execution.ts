import { marketingPurposes } from '@dittoo/contracts';
import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { Recipients } from '../recipients/recipients.query.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { otherObjectablePurposes } from './objectable-purposes.js';
import { notSupportedBy } from './notification.js';
import { isErasedMeanwhile, stepsOf, type RequestSteps } from '../rights-request/request-steps.js';
import { SubjectCopyFiles, type CopyKind } from '../subject-copy/subject-copy-files.js';

/**
 * Does what was approved, but for an erasure: prepares the copy, restricts, objects, tells the recipients.
 *
 * A task's performer: it reads from the events how far the request has come. It may die between any two acts; each
 * changes nothing when it is taken twice, and the last one is the answer.
 */
@Injectable()
export class Execution implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly rights: DataSubjects,
    private readonly copies: SubjectCopyFiles,
    private readonly recipients: Recipients,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('execution', (requestId) => this.advance(requestId));
  }

  /** @returns `null`: nothing is left to do */
  async advance(requestId: string): Promise<null> {
    const steps = await stepsOf(this.commands, requestId);
    if (steps === null) return null;
    try {
      await this.execute(requestId, steps);
    } catch (error) {
      if (!isErasedMeanwhile(error)) throw error;
      await steps.step({ type: 'ConcludeErased' });
    }
    return null;
  }

  private async execute(requestId: string, steps: RequestSteps): Promise<void> {
    const { contextOf, request, step, subjectId } = steps;
    switch (request.kind) {
      case 'access':
      case 'portability':
        return this.copy(requestId, request.kind, steps);
      case 'restriction':
        await this.rights.restrict(subjectId, requestId, contextOf('restrict'));
        await this.tellRecipients(steps);
        break;
      case 'objection':
        await this.rights.object(subjectId, requestId, this.objectedBy(steps), contextOf('object'));
        break;
      case 'rectification':
        await this.tellRecipients(steps);
        break;
      case 'erasure':
        return; // a task of its own
    }
    await step({ type: 'Conclude' });
  }

  private async copy(requestId: string, kind: CopyKind, { step, subjectId }: RequestSteps): Promise<void> {
    const { digest, expiresAt } = await this.copies.prepare({ requestId, subjectId, kind, now: this.clock.now() });
    await step({ type: 'RecordCopy', digest, expiresAt });
  }

  /** Marketing always; what rests on our own interests where an officer found theirs to weigh more. */
  private objectedBy({ request, history }: RequestSteps): readonly string[] {
    const byOfficer = history.some(({ event }) => event.type === 'RequestApproved' && event.data.by === 'officer');
    const all = byOfficer && !request.partlyRefused;
    return all ? [...marketingPurposes, ...otherObjectablePurposes(this.register)] : marketingPurposes;
  }

  /** Art. 19: each recipient that received something personal. */
  private async tellRecipients({ step, subjectId }: RequestSteps): Promise<void> {
    const answers = notSupportedBy(await this.recipients.of(subjectId));
    await step({ type: 'NotifyRecipients', answers, answerBy: this.clock.now() });
  }
}

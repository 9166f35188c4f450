import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSubjects } from '../data-subject/data-subjects.js';
import { DueTasks } from '../due-task/due-task.worker.js';
import { ErasureExecution } from '../erasure/erasure-execution.js';
import { Recipients } from '../recipients/recipients.query.js';
import type { Step } from '../rights-request/request-kind.js';
import { isAnsweredByCopy, requestKinds, type CopyKind } from '../rights-request/request-kinds.js';
import { isErasedMeanwhile, stepsOf, type RequestSteps } from '../rights-request/request-steps.js';
import { SubjectCopyFiles } from '../subject-copy/subject-copy-files.js';
import { notSupportedBy } from './notification.js';
import { objectedPurposes } from './objectable-purposes.js';

/**
 * Executes an approved request: takes the steps of its kind, then answers it. Erasures have their own execution.
 *
 * A task's performer: it reads from the events which steps are done. The process may die between any two steps; each is
 * safe to repeat, and the last one is the answer.
 */
@Injectable()
export class Execution implements OnModuleInit {
  constructor(
    private readonly commands: Commands,
    private readonly subjects: DataSubjects,
    private readonly copies: SubjectCopyFiles,
    private readonly recipients: Recipients,
    private readonly erasures: ErasureExecution,
    private readonly tasks: DueTasks,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  onModuleInit(): void {
    this.tasks.perform('execution', (requestId) => this.advance(requestId));
  }

  /** @returns when to call it again; `null` = nothing is left to do */
  async advance(requestId: string): Promise<string | null> {
    const steps = await stepsOf(this.commands, requestId);
    if (steps === null) return null;
    if (requestKinds[steps.request.kind].answeredBy === 'destroyedKeys') return this.erasures.advance(requestId);
    try {
      await this.execute(requestId, steps);
    } catch (error) {
      if (!isErasedMeanwhile(error)) throw error;
      await steps.step({ type: 'ConcludeErased' });
    }
    return null;
  }

  private async execute(requestId: string, steps: RequestSteps): Promise<void> {
    const { kind } = steps.request;
    for (const step of requestKinds[kind].steps(steps.approval)) await this.take(step, requestId, steps);
    if (isAnsweredByCopy(kind)) await this.copy(requestId, kind, steps);
    else await steps.step({ type: 'Conclude' });
  }

  private async take(step: Step, requestId: string, steps: RequestSteps): Promise<void> {
    const { contextOf, subjectId } = steps;
    switch (step.type) {
      case 'restrict':
        return this.subjects.restrict(subjectId, requestId, contextOf('restrict'));
      case 'object': {
        const purposes = objectedPurposes(this.register, step);
        return this.subjects.object(subjectId, requestId, purposes, contextOf('object'));
      }
      case 'tellRecipients':
        return this.tellRecipients(steps);
    }
  }

  private async copy(requestId: string, kind: CopyKind, { step, subjectId }: RequestSteps): Promise<void> {
    const { digest, expiresAt } = await this.copies.prepare({ requestId, subjectId, kind, now: this.clock.now() });
    await step({ type: 'RecordCopy', digest, expiresAt });
  }

  /** Art. 19: notifies each recipient of personal data. */
  private async tellRecipients({ request, step, subjectId }: RequestSteps): Promise<void> {
    const corrects = request.kind === 'rectification';
    const holders = corrects ? await this.recipients.ofCorrection(subjectId) : await this.recipients.of(subjectId);
    const answers = notSupportedBy(holders);
    await step({ type: 'NotifyRecipients', answers, answerBy: this.clock.now() });
  }
}

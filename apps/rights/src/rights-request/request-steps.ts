import type { RightsRequestEvent } from '@dittoo/contracts';
import { derivedId, DomainError, SubjectKeyDestroyed, type OpenedEvent } from '@dittoo/kernel';
import type { CommandContext, Commands } from '@dittoo/service';
import { rightsRequestDecider, type RightsRequestCommand } from './rights-request.decider.js';
import type { Approval } from './request-kind.js';
import type { KnownRequest, RightsRequest } from './rights-request.js';

/** A request in execution, and a function to take steps in its stream. */
export interface RequestSteps {
  readonly request: Extract<RightsRequest, { status: 'approved' | 'executing' }>;
  readonly approval: Approval;
  readonly subjectId: string;
  /** The context of an act in another stream; the same at each repeat. */
  contextOf(act: string): CommandContext;
  step(command: RightsRequestCommand): Promise<KnownRequest>;
}

/** `null` = the request waits for something else, or has ended. */
export const stepsOf = async (commands: Commands, requestId: string): Promise<RequestSteps | null> => {
  const { history, state: request } = await commands.load(rightsRequestDecider, requestId);
  if (request.status !== 'approved' && request.status !== 'executing') return null;
  const { correlationId, dataSubjectId: subjectId, noticeVersion } = history[0]!.recorded.metadata;
  if (subjectId === null) throw new TypeError(`request ${requestId} names no data subject`);
  let steps = history.length;
  const contextOf = (act: string): CommandContext => ({
    dataSubjectId: subjectId,
    actor: { kind: 'system', id: `rights.${request.kind}` },
    correlationId,
    causationId: derivedId(request.kind, requestId, act),
    traceparent: null,
    noticeVersion,
  });
  const step = async (command: RightsRequestCommand): Promise<KnownRequest> => {
    const context = contextOf(`${command.type}/${steps++}`);
    const { state } = await commands.execute(rightsRequestDecider, requestId, command, context);
    if (state.status === 'none') throw new Error('the request lost its history');
    return state;
  };
  return { request, approval: approvalOf(history, request), subjectId, contextOf, step };
};

const approvalOf = (history: readonly OpenedEvent<RightsRequestEvent>[], { partlyRefused }: KnownRequest): Approval => {
  const byOfficer = history.some(({ event }) => event.type === 'RequestApproved' && event.data.by === 'officer');
  return { by: byOfficer ? 'officer' : 'rule', partlyRefused };
};

/**
 * Whether the person was erased before or meanwhile. Then the step cannot be done any more, and a retry does not help.
 */
export const isErasedMeanwhile = (error: unknown): boolean =>
  error instanceof SubjectKeyDestroyed || (error instanceof DomainError && error.code === 'subject-erased');

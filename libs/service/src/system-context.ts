import type { SubjectId, Uuid } from '@dittoo/kernel';
import type { CommandContext } from './commands.js';

/**
 * The context of a command that the system gives itself: a period ended, a task is due.
 *
 * @param actor which part of the system, as `rights.retention`
 * @param causationId derived from the reason it is due, so that a repeat finds its own events
 */
export const systemContext = (
  actor: string,
  dataSubjectId: SubjectId | null,
  causationId: Uuid,
  noticeVersion: string | null = null,
): CommandContext => ({
  dataSubjectId,
  actor: { kind: 'system', id: actor },
  correlationId: causationId,
  causationId,
  traceparent: null,
  noticeVersion,
});

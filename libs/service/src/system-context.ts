import type { SubjectId, Uuid } from '@dittoo/kernel';
import type { CommandContext } from './commands.js';

/**
 * The context of a command nobody asked for: a period ended, a task is due.
 *
 * @param actor which part of the system, as `rights.retention`
 * @param causationId derived from what makes it due, so that a repeat finds its own events
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

import { DomainError } from '@dittoo/kernel';
import { containsCardNumber, commandContext, Commands, type Caller } from '@dittoo/service';
import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { officerAccessDecider, type ViewSubjectHistory } from './officer-access.decider.js';

/**
 * Records an officer's view in `officerAccess-<officer>` before the data is returned. Dies in between: a view is
 * recorded that did not happen, never the other way round.
 */
@Injectable()
export class OfficerViews {
  constructor(private readonly commands: Commands) {}

  async record(
    caller: Caller,
    officerId: string,
    view: Pick<ViewSubjectHistory, 'subjectId' | 'view' | 'auditPurpose'>,
  ): Promise<void> {
    // The data subject of the event is the officer: their key seals the purpose.
    const context = commandContext(caller, officerId);
    await this.commands.execute(officerAccessDecider, officerId, { type: 'ViewSubjectHistory', ...view }, context);
  }
}

/** Injects the header `Audit-Purpose`. @throws DomainError `audit-purpose-required` */
export const AuditPurpose = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['audit-purpose'];
  const purpose = utf8(String(header ?? '')).trim();
  if (purpose.length < 3 || purpose.length > 500) {
    throw new DomainError('audit-purpose-required', '3 to 500 characters');
  }
  if (containsCardNumber(purpose)) throw new DomainError('card-number-refused');
  return purpose;
});

/** Node reads header bytes as Latin-1; browsers and most clients send UTF-8. */
const utf8 = (text: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
};

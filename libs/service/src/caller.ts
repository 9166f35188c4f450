import { derivedId, newId, type Actor, type SubjectId, type Uuid } from '@dittoo/kernel';
import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from './commands.js';
import type { ServedTrace } from './trace.js';

/** The principal of the verified access token. */
export interface Principal {
  readonly subjectId: SubjectId;
  readonly role: 'customer' | 'staff' | 'complianceOfficer';
  /** When the password was last entered, RFC 3339. */
  readonly authenticatedAt: string;
  readonly sessionId: Uuid;
  /** When the token ends, ms since 1970. */
  readonly tokenExpiresAt: number;
}

/** What a command needs of the request. */
export interface Caller {
  readonly principal: Principal | null;
  readonly correlationId: Uuid;
  /** The same for the same Idempotency-Key of the same principal and route; else new. */
  readonly commandId: Uuid;
  readonly traceparent: string | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal?: Principal;
    correlationId?: Uuid;
    commandId?: Uuid;
    served?: ServedTrace;
  }
}

export const callerOf = (request: FastifyRequest): Caller => {
  request.correlationId ??= newId();
  request.commandId ??= newId();
  return {
    principal: request.principal ?? null,
    correlationId: request.correlationId,
    commandId: request.commandId,
    traceparent: request.served?.traceparent ?? null,
  };
};

/** Injects the `Caller` into a handler. */
export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Injects the signed-in principal; only behind `@SignedIn()`. */
export const FromPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (principal === undefined) throw new Error('FromPrincipal without @SignedIn');
  return principal;
});

export const rolesKey = 'dittoo:roles';
export const openKey = 'dittoo:open';
export const freshKey = 'dittoo:fresh';

/** The route needs a valid access token, with one of these roles if any are named. Without it a route is open. */
export const SignedIn = (...roles: Principal['role'][]) => SetMetadata(rolesKey, roles);

/** Open to every caller; an access token is optional, and an invalid one is refused. */
export const SignedInOrNot = () => SetMetadata(openKey, true);

/** The route requires that the password was entered within the last five minutes. */
export const FreshlyAuthenticated = () => SetMetadata(freshKey, true);

/** The context of a command by the caller, about themselves or, as staff, about a data subject. */
export const commandContext = (
  caller: Caller,
  dataSubjectId: SubjectId | null,
  noticeVersion: string | null = null,
): CommandContext => ({
  dataSubjectId,
  actor: actorOf(caller, dataSubjectId),
  correlationId: caller.correlationId,
  causationId: caller.commandId,
  traceparent: caller.traceparent,
  noticeVersion,
});

const actorOf = ({ principal }: Caller, dataSubjectId: SubjectId | null): Actor => {
  if (principal === null)
    return dataSubjectId === null ? { kind: 'system', id: 'anonymous' } : { kind: 'dataSubject', id: dataSubjectId };
  return { kind: principal.role === 'customer' ? 'dataSubject' : 'staff', id: principal.subjectId };
};

/** The command id of an Idempotency-Key: the same key gives the same command. */
export const keyedCommandId = (keyDigest: string): Uuid => derivedId('idempotency', keyDigest);

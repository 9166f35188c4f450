import {
  DomainError,
  EventStoreUnavailable,
  KeyMissing,
  RevisionConflict,
  SubjectKeyDestroyed,
  type ProblemCode,
} from '@dittoo/kernel';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { throwError, type Observable } from 'rxjs';
import { problemDetails, type ProblemCatalogue, type ProblemDetails } from './problem.js';

/** Codes of Fastify's refusals -> problem codes. */
const fastifyCodes: { readonly [code: string]: ProblemCode } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
};
const statusCodes: { readonly [status: number]: ProblemCode } = {
  400: 'invalid-request',
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  409: 'conflict',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  503: 'temporarily-unavailable',
  504: 'took-too-long',
};
const codeOf = (status: number): ProblemCode =>
  statusCodes[status] ?? (status >= 400 && status < 500 ? 'invalid-request' : 'internal-error');

/** SQLSTATE of a lost, full or stopping database, a deadlock; system errors of a lost connection. */
const unavailableCode = /^(08|53|57|40001|40P01|55P03|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/;
const unavailableMessage =
  /Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after|(?:connection error|was closed) and is not queryable|uery runner (?:was )?already released/;

/** Errors of a lost database or key ring: the caller may try again. */
const unavailable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return (
    error instanceof EventStoreUnavailable ||
    error instanceof KeyMissing ||
    (typeof code === 'string' && unavailableCode.test(code)) ||
    unavailableMessage.test(error.message) ||
    (cause !== error && unavailable(cause))
  );
};

/**
 * Turns every thrown error into problem details; the only place that maps codes to HTTP statuses.
 *
 * In event handlers it passes the error on unchanged, so that delivery can distinguish transient from poison.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly catalogue: ProblemCatalogue,
    private readonly logger: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType<string>() === 'rpc') return throwError(() => error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const problem = this.problemOf(error, request);
    if (reply.sent) return;
    // The rate limit has already set the header.
    const again = [429, 503, 504].includes(problem.status);
    if (again && !reply.hasHeader('retry-after')) void reply.header('retry-after', '2');
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).type('application/problem+json').send(problem);
  }

  /** The same for errors Fastify raises before Nest sees the request. */
  problemOf(error: unknown, request: FastifyRequest): ProblemDetails {
    if (error instanceof DomainError) {
      return problemDetails(this.catalogue, error.code, {
        ...(error.detail === undefined ? {} : { detail: error.detail }),
        ...(error.errors === undefined ? {} : { errors: error.errors }),
      });
    }
    if (error instanceof RevisionConflict) return problemDetails(this.catalogue, 'conflict');
    if (error instanceof SubjectKeyDestroyed) return problemDetails(this.catalogue, 'subject-erased');
    if (error instanceof HttpException) {
      return problemDetails(this.catalogue, codeOf(error.getStatus()));
    }
    if (error instanceof Error) {
      const { code, statusCode } = error as { code?: string; statusCode?: number };
      const known = code === undefined ? undefined : fastifyCodes[code];
      if (known !== undefined) return problemDetails(this.catalogue, known);
      if (unavailable(error)) {
        this.logger.warn({ route: routeOf(request), failure: error.name }, 'request.unavailable');
        return problemDetails(this.catalogue, 'temporarily-unavailable');
      }
      if (statusCode !== undefined && statusCode < 500) {
        return problemDetails(this.catalogue, codeOf(statusCode));
      }
      // The message may quote user input; the stack's first frames give the location without it.
      this.logger.error({ route: routeOf(request), failure: error.name, at: framesOf(error) }, 'request.failed');
    } else {
      this.logger.error({ route: routeOf(request), failure: typeof error }, 'request.failed');
    }
    return problemDetails(this.catalogue, 'internal-error');
  }
}

const routeOf = (request: FastifyRequest): string => `${request.method} ${request.routeOptions?.url ?? 'unrouted'}`;

/** The location without the message: the stack below its first line. */
export const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 5)
    .map((line) => line.trim());

import { Clock, DomainError } from '@dittoo/kernel';
import {
  applyDecorators,
  HttpException,
  Injectable,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, of, switchMap, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { keyedCommandId } from './caller.js';

const idempotentKey = 'dittoo:idempotent';
const keyShape = /^[\x21-\x7e]{1,200}$/;

/**
 * The route creates something and accepts `Idempotency-Key`. Its responses contain no personal data, because they are
 * stored for 24 h.
 */
export const Idempotent = () =>
  applyDecorators(
    SetMetadata(idempotentKey, true),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same key and body within 24 h gets the first answer.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    }),
  );

/** A keyed hash with a key outside the database: rows reveal nothing about the bodies. */
export abstract class RequestDigest {
  abstract digest(text: string): string;
}

interface KeptAnswer {
  readonly body_digest: string;
  readonly status: number | null;
  readonly location: string | null;
  readonly answer: unknown;
}

/**
 * The same key and body within 24 h gets the first answer, the same key with another body a refusal.
 *
 * Dies between the command and the kept answer: the command id is derived from the key, so the repeated command finds
 * its own events and gives the same answer again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly dataSource: DataSource,
    private readonly digest: RequestDigest,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http' || this.reflector.get<boolean>(idempotentKey, context.getHandler()) !== true) {
      return next.handle();
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    return from(this.handle(String(key), request, context.switchToHttp().getResponse<FastifyReply>(), next));
  }

  private async handle(key: string, request: FastifyRequest, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    if (!keyShape.test(key)) {
      throw new DomainError('invalid-request', 'Idempotency-Key: 1 to 200 visible ASCII characters');
    }
    const principal = request.principal?.subjectId ?? 'anonymous';
    const keyDigest = this.digest.digest(`${principal}\n${request.method}\n${request.url}\n${key}`);
    const bodyDigest = this.digest.digest(`${keyDigest}\n${JSON.stringify(request.body ?? null, undigested)}`);
    const kept = await this.keep(keyDigest, bodyDigest);
    if (kept !== undefined) {
      if (kept.body_digest !== bodyDigest) throw new DomainError('idempotency-key-reused');
      if (kept.status !== null) {
        void reply.status(kept.status);
        if (kept.location !== null) void reply.header('location', kept.location);
        return kept.answer;
      }
    }
    request.commandId = keyedCommandId(keyDigest);
    return new Promise((resolve, reject) => {
      next
        .handle()
        .pipe(switchMap((answer) => from(this.remember(keyDigest, reply, answer)).pipe(switchMap(() => of(answer)))))
        .subscribe({
          next: resolve,
          error: (error: unknown) => {
            const release = isRefusal(error) ? this.release(keyDigest) : Promise.resolve();
            release.then(
              () => reject(error as Error),
              () => reject(error as Error),
            );
          },
        });
    });
  }

  /** A refused request had no effect: its key may be used for the corrected request. */
  private async release(keyDigest: string): Promise<void> {
    await this.dataSource.query('DELETE FROM service.idempotency_key WHERE key_digest = $1 AND status IS NULL', [
      keyDigest,
    ]);
  }

  /** Reserves the key, or returns what is stored under it. Expired keys are replaced. */
  private async keep(keyDigest: string, bodyDigest: string): Promise<KeptAnswer | undefined> {
    const now = this.clock.now();
    await this.dataSource.query(
      `DELETE FROM service.idempotency_key WHERE taken_at < $1::timestamptz - interval '24 hours'`,
      [now],
    );
    const taken = await this.dataSource.query<unknown[]>(
      `INSERT INTO service.idempotency_key (key_digest, body_digest, taken_at) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING key_digest`,
      [keyDigest, bodyDigest, now],
    );
    if (taken.length > 0) return undefined;
    const rows = await this.dataSource.query<KeptAnswer[]>(
      'SELECT body_digest, status, location, answer FROM service.idempotency_key WHERE key_digest = $1',
      [keyDigest],
    );
    return rows[0];
  }

  private async remember(keyDigest: string, reply: FastifyReply, answer: unknown): Promise<void> {
    const location = reply.getHeader('location');
    await this.dataSource.query(
      'UPDATE service.idempotency_key SET status = $2, location = $3, answer = $4 WHERE key_digest = $1',
      [keyDigest, reply.statusCode, location === undefined ? null : String(location), JSON.stringify(answer)],
    );
  }
}

/** So few personnummer are possible that a hash reveals the number; a keyed hash reveals it to a party with the key. */
const undigested = (name: string, value: unknown): unknown =>
  name === 'personnummer' && value !== null ? 'given' : value;

/** Whether the request was at fault; any other error may have had its effect, so the key stays reserved. */
const isRefusal = (error: unknown): boolean =>
  (error instanceof DomainError && !['temporarily-unavailable', 'internal-error'].includes(error.code)) ||
  (error instanceof HttpException && error.getStatus() < 500);

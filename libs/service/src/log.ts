import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { framesOf } from './problem.filter.js';

/** Fields whose value must never be logged, at any depth. */
const secret = [
  'password',
  'email',
  'givenName',
  'familyName',
  'phone',
  'address',
  'personnummer',
  'number',
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'ip',
  'body',
];

const standardError = (): DestinationStream => {
  const stream = pino.destination({ dest: 2, sync: true });
  // Writing to a closed terminal fails; without a listener that error would end the process.
  stream.on('error', () => undefined);
  return stream;
};

/**
 * The process's log: one structured line for each thing done, ids and codes only; known personal fields are redacted.
 */
export const createLogger = (
  service: string,
  level: string,
  options: LoggerOptions = {},
  // Standard output is for people and scripts that wait for `ready …`.
  destination: DestinationStream = standardError(),
): Logger =>
  pino(
    {
      name: service,
      level,
      base: { service },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[cut]' },
      // An error's message may quote user input: its type and location are logged, the message is not.
      serializers: {
        err: (error: unknown) =>
          error instanceof Error ? { type: error.name, at: framesOf(error).join('\n') } : { type: typeof error },
      },
      // pino uses an error's message as the line's where none is given.
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const err = first instanceof Error ? first : (first as { err?: unknown } | null | undefined)?.err;
          if (err instanceof Error && rest.length === 0) rest.push('failed');
          const line = [first instanceof Error ? { err: first } : first, ...rest];
          method.apply(this, line as Parameters<typeof method>);
        },
      },
      ...options,
    },
    destination,
  );

/** Nest's own lines through the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context: String(context ?? '') }, textOf(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context: String(context ?? '') }, textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    // Nest passes a stack before the context, or instead of it; a stack begins with the message.
    const context = String(rest.at(-1) ?? '');
    this.logger.error({ context: context.includes('\n') ? '' : context }, textOf(message));
  }
}

const textOf = (message: unknown): string => (message instanceof Error ? message.name : String(message).slice(0, 500));

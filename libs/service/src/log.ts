import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { framesOf } from './problem.filter.js';

/** Names that must never reach a log line with a value, wherever they stand. */
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
  // A terminal that is gone takes no more lines; without a listener that would end the process where it stands.
  stream.on('error', () => undefined);
  return stream;
};

/** The process's log: one structured line for each thing done, ids and codes only; known names are cut out besides. */
export const createLogger = (
  service: string,
  level: string,
  options: LoggerOptions = {},
  // Standard output belongs to what people and scripts wait for (`ready …`).
  destination: DestinationStream = standardError(),
): Logger =>
  pino(
    {
      name: service,
      level,
      base: { service },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[cut]' },
      // An error's message may quote what somebody typed: type and place are kept, the message is not.
      serializers: {
        err: (error: unknown) =>
          error instanceof Error ? { type: error.name, at: framesOf(error).join('\n') } : { type: typeof error },
      },
      // pino takes an error's message for the line's where none is given.
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
    // Nest hands a stack over before the context, or instead of it; a stack begins with the message.
    const context = String(rest.at(-1) ?? '');
    this.logger.error({ context: context.includes('\n') ? '' : context }, textOf(message));
  }
}

const textOf = (message: unknown): string => (message instanceof Error ? message.name : String(message).slice(0, 500));

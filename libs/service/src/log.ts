import type { LoggerService } from '@nestjs/common';
import { pino, type Logger, type LoggerOptions } from 'pino';

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

/** The process's log: one structured line for each thing done, ids and codes only; known names are cut out besides. */
export const createLogger = (service: string, level: string, options: LoggerOptions = {}): Logger =>
  pino(
    {
      name: service,
      level,
      base: { service },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[cut]' },
      // An error's message may quote what somebody typed: type and place are kept, the message is not.
      serializers: {
        err: (error: Error) => ({ type: error.name, at: error.stack?.split('\n').slice(1, 6).join('\n') }),
      },
      ...options,
    },
    // Standard output belongs to what people and scripts wait for (`ready …`).
    pino.destination({ dest: 2, sync: true }),
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
    this.logger.error({ context: String(rest.at(-1) ?? '') }, textOf(message));
  }
}

const textOf = (message: unknown): string => (message instanceof Error ? message.name : String(message).slice(0, 500));

import { randomBytes } from 'node:crypto';

/** A place in a trace as W3C Trace Context says it: what the header `traceparent` holds. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Bit 0: is the trace recorded? */
  readonly traceFlags: number;
}

const shape = /^00-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/;

export const isTraceparent = (value: unknown): value is string => typeof value === 'string' && shape.test(value);

/** @returns `null` = no `traceparent` of version 00 */
export const readTraceparent = (traceparent: string | null): TraceContext | null => {
  const [, traceId, spanId, flags] = shape.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
};

export const writeTraceparent = ({ spanId, traceFlags, traceId }: TraceContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

/** A trace that begins here and is recorded nowhere: the ids alone let events of one cause be found together. */
export const newTraceparent = (): string =>
  writeTraceparent({ traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex'), traceFlags: 0 });

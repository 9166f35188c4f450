import { randomBytes } from 'node:crypto';
import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** An invalid `traceparent` (W3C Trace Context) is ignored. */
const contextOf = (traceparent: string | null): Context => {
  const parent = parseTraceParent(traceparent ?? '');
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
};

/** Writes only the sampled flag. (W3CTraceContextPropagator writes other flags as three digits.) */
const traceparentOf = (span: Span | undefined): string | null => {
  const at = span?.spanContext();
  if (at === undefined || !isSpanContextValid(at)) return null;
  return `00-${at.traceId}-${at.spanId}-0${at.traceFlags & TraceFlags.SAMPLED}`;
};

/** A new trace that is not recorded: its id still connects the events of one cause. */
const newTraceparent = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;

/** The active span's `traceparent` for events and calls; `null` = there is none. */
export const currentTraceparent = (): string | null => traceparentOf(trace.getSpan(context.active()));

export interface TraceOptions {
  /** The parent, for work from an event or a queue; default: the active span. */
  readonly parent?: string | null;
  readonly kind?: 'internal' | 'client';
  /** Ids and internal codes; no personal data. */
  readonly attributes?: Attributes;
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/**
 * Runs the work as one span of a trace. An error is recorded by its name alone and rethrown.
 *
 * @param name of low cardinality: a route, an event type, an intent
 */
export const traced = <T>(name: string, options: TraceOptions, work: () => Promise<T>): Promise<T> => {
  const { attributes = {}, kind = 'internal', parent } = options;
  const within = parent === undefined ? context.active() : contextOf(parent);
  const span = trace.getTracer('dittoo').startSpan(name, { kind: kinds[kind], attributes }, within);
  return context.with(trace.setSpan(within, span), async () => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'unknown' });
      throw error;
    } finally {
      span.end();
    }
  });
};

/** The span of a request: begun before its route is known, ended with its response. */
export interface ServedTrace {
  /** The `traceparent` for the events of this request. */
  readonly traceparent: string;
  /** Runs work of the request within its span. */
  within<T>(work: () => T): T;
  end(route: string, status: number): void;
}

/** @param parent the caller's `traceparent`; without one a new trace begins */
export const serveTrace = (method: string, parent: string | null): ServedTrace => {
  const before = contextOf(parent);
  const span = trace.getTracer('dittoo').startSpan(method, { kind: SpanKind.SERVER }, before);
  const here = trace.setSpan(before, span);
  return {
    traceparent: traceparentOf(span) ?? newTraceparent(),
    within: (work) => context.with(here, work),
    end: (route, status) => {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.request.method': method, 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
};

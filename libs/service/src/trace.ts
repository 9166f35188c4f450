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

/** What is no `traceparent` (W3C Trace Context) is no parent. */
const contextOf = (traceparent: string | null): Context => {
  const parent = parseTraceParent(traceparent ?? '');
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
};

/** Says of the flags only what we know: is it recorded? (W3CTraceContextPropagator writes others as three digits.) */
const traceparentOf = (span: Span | undefined): string | null => {
  const at = span?.spanContext();
  if (at === undefined || !isSpanContextValid(at)) return null;
  return `00-${at.traceId}-${at.spanId}-0${at.traceFlags & TraceFlags.SAMPLED}`;
};

/** A trace that begins here and is recorded nowhere: the ids alone let events of one cause be found together. */
const newTraceparent = (): string => `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;

/** The span that is being worked on, as events and calls carry it on; `null` = nobody records. */
export const currentTraceparent = (): string | null => traceparentOf(trace.getSpan(context.active()));

export interface TraceOptions {
  /** What led here, where it came by event or queue; default: the span that is being worked on. */
  readonly parent?: string | null;
  readonly kind?: 'internal' | 'client';
  /** Ids and words of ours; nothing of a person. */
  readonly attributes?: Attributes;
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/**
 * Does the work as one span of a trace. An error is noted by its name alone and thrown on.
 *
 * @param name few different ones: a route, an event type, an intent
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

/** A request being served: begun before its route is known, ended with its answer. */
export interface ServedTrace {
  /** As the events of this request carry it. */
  readonly traceparent: string;
  /** Runs what belongs to the request within its span. */
  within<T>(work: () => T): T;
  end(route: string, status: number): void;
}

/** @param parent what the caller sent; a trace begins here where it sent nothing */
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

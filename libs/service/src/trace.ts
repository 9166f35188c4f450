import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { newTraceparent, readTraceparent, writeTraceparent } from '@dittoo/kernel';

const contextOf = (traceparent: string | null): Context => {
  const parent = readTraceparent(traceparent);
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
};

const traceparentOf = (span: Span | undefined): string | null => {
  const found = span?.spanContext();
  return found === undefined || !isSpanContextValid(found) ? null : writeTraceparent(found);
};

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

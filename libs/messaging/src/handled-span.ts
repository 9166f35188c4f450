import type { RecordedEvent } from '@dittoo/kernel';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/**
 * Handles an event as a span of the trace that caused it. Of an error the span records only the name; it is rethrown.
 *
 * @param group the consumer group that handles it
 */
export const handledInTrace = <T>(
  { metadata, type }: RecordedEvent,
  group: string,
  handle: () => Promise<T>,
): Promise<T> => {
  const parent = parseTraceParent(metadata.traceparent ?? '');
  const cause = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
  const options = { kind: SpanKind.CONSUMER, attributes: { 'messaging.consumer.group.name': group } };
  return trace.getTracer('dittoo').startActiveSpan(`handle ${type}`, options, cause, async (span) => {
    try {
      return await handle();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'unknown' });
      throw error;
    } finally {
      span.end();
    }
  });
};

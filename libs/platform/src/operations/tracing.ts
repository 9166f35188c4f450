import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node';

export interface TracingConfig {
  /** Base address of an OTLP/HTTP collector, e.g. `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  /** Sampling ratio of the traces that begin here, 0 to 1. */
  readonly ratio: number;
}

/**
 * Records spans and exports them to a collector, once per process. An unavailable collector loses spans but never
 * affects a request.
 *
 * @returns exports the remaining spans, then stops
 */
export const startTracing = (service: string, { endpoint, ratio }: TracingConfig): (() => Promise<void>) => {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 5_000 });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'dittoo' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 1_000, maxQueueSize: 8_192 })],
  });
  provider.register();
  return () => provider.shutdown().catch(() => undefined);
};

import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { brokerErrorCode, calmIdleConnections, createKafka, kafkaFailure } from './kafka-client.js';

const require = createRequire(import.meta.url);

describe('the Kafka client', () => {
  it('is the version the workarounds were tested with, and may be prepared twice', () => {
    calmIdleConnections();
    expect(calmIdleConnections).not.toThrow();
  });

  it('sets no timer while no request waits', () => {
    calmIdleConnections();
    const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => {
      pending: unknown[];
      throttleCheckTimeoutId: NodeJS.Timeout | null;
      scheduleCheckPendingRequests(): void;
    };
    const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 1, clientId: 'spec', broker: 'none' });
    queue.scheduleCheckPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
    queue.pending.push({ waiting: true });
    queue.scheduleCheckPendingRequests();
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    clearTimeout(queue.throttleCheckTimeoutId!);
  });

  it('logs through our log, without the text of errors', () => {
    const lines: unknown[] = [];
    const kafka = createKafka(
      { clientId: 'spec', brokers: ['127.0.0.1:1'], credentials: null, authority: null, prefix: '' },
      (level, event, details) => lines.push({ level, event, details }),
    );
    const logger = kafka.logger().namespace('Consumer');
    logger.error('Crash', { groupId: 'lights', stack: 'quotes a name', error: new Error('quotes a name') });
    expect(lines).toEqual([
      { level: 'warn', event: 'kafka.client', details: { namespace: 'Consumer', text: 'Crash', groupId: 'lights' } },
    ]);
  });

  it('finds the broker’s code inside the client’s errors, and takes no other code for it', () => {
    const inner = Object.assign(new Error('out of order'), { name: 'KafkaJSProtocolError', code: 45, type: 'OUT' });
    const outer = Object.assign(new Error('gave up', { cause: inner }), { name: 'KafkaJSNonRetriableError' });
    expect(brokerErrorCode(outer)).toBe(45);
    expect(kafkaFailure(outer)).toBe('KafkaJSNonRetriableError < KafkaJSProtocolError:OUT');
    expect(brokerErrorCode(Object.assign(new Error('of a database'), { code: 45 }))).toBeUndefined();
  });
});

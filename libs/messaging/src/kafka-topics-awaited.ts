import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from './kafka-client.js';

const lookEveryMs = 1_000;

/**
 * The topics that a process needs and no process makes: waited for before anything asks the broker for them again and
 * again.
 */
export class AwaitedTopics {
  /** Those that did not exist at the last look. */
  missing: readonly string[] = [];

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: readonly string[],
    /** Called when the broker does not answer; it is asked again. */
    private readonly failed: (error: unknown) => void = () => undefined,
  ) {}

  /** Resolves once all of them exist. @throws the reason of `signal` once that is aborted */
  async exist(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      try {
        const there = await this.list();
        this.missing = this.topics.filter((topic) => !there.has(topic));
        if (this.missing.length === 0) return;
      } catch (error) {
        this.failed(error);
      }
      await sleep(lookEveryMs, undefined, signal && { signal });
    }
  }

  private async list(): Promise<ReadonlySet<string>> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return new Set(await admin.listTopics());
    } finally {
      await admin.disconnect();
    }
  }
}

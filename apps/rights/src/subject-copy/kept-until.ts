import type { DataCategory, KeyPer } from '@dittoo/kernel';
import type { RetentionRules } from '../retention/retention-rules.js';
import { retentionEnds } from './copy-retention.js';
import { LatestOfKind } from './latest-of-kind.js';
import type { CopiedEvent } from '../person/subject-events.query.js';

/** The last days of values that are read stream by stream. It keeps one stream in memory at a time. */
export class KeptUntil {
  private readonly ofLife = new Map<DataCategory, string | null>();
  private stream: string | null = null;
  private around: Promise<readonly CopiedEvent[]> = Promise.resolve([]);
  private readonly ofStream = new Map<DataCategory, string | null>();

  /** @param life the latest event of each kind @param outlinesOf the events of one stream */
  constructor(
    private readonly rules: RetentionRules,
    private readonly life: readonly CopiedEvent[],
    private readonly outlinesOf: (stream: string) => AsyncIterable<CopiedEvent>,
  ) {}

  /** @returns the last day; `null` = the period has not begun */
  async of(event: CopiedEvent, category: DataCategory, keyPer: KeyPer): Promise<string | null> {
    if (keyPer === 'subject') return this.remembered(this.ofLife, this.life, event, category, keyPer);
    if (this.stream !== event.stream) {
      this.stream = event.stream;
      this.ofStream.clear();
      this.around = latestOf(this.outlinesOf(event.stream));
    }
    const around = await this.around;
    if (keyPer === 'stream') return this.remembered(this.ofStream, around, event, category, keyPer);
    // Every message has its own period, also one that is not the latest of its kind.
    return retentionEnds(this.rules, category, withEvent(around, event))(event, keyPer);
  }

  private remembered(
    known: Map<DataCategory, string | null>,
    around: readonly CopiedEvent[],
    event: CopiedEvent,
    category: DataCategory,
    keyPer: KeyPer,
  ): string | null {
    const before = known.get(category);
    if (before !== undefined) return before;
    const day = retentionEnds(this.rules, category, around)(event, keyPer);
    known.set(category, day);
    return day;
  }
}

const withEvent = (events: readonly CopiedEvent[], event: CopiedEvent): readonly CopiedEvent[] =>
  events.some(({ eventId }) => eventId === event.eventId)
    ? events
    : [...events, event].sort((one, other) => one.position - other.position);

const latestOf = async (events: AsyncIterable<CopiedEvent>): Promise<readonly CopiedEvent[]> => {
  const latest = new LatestOfKind();
  for await (const event of events) latest.add(event);
  return latest.events;
};

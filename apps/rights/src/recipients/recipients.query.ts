import type { ForwardingEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, type RecordedEvent } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { foldStreams } from '../person/stream-folds.js';
import { SubjectStreams } from '../person/subject-streams.js';

/** A processor and the personal fields it received about a person, by the register's names. */
export interface Recipient {
  readonly processorId: string;
  readonly fields: readonly string[];
}

type Disclosure = ForwardingEvents['DataDisclosed'];

/** The actual recipients of a person's data (art. 19), from the disclosure ledger in the log, read to its end. */
@Injectable()
export class Recipients {
  constructor(
    private readonly streams: SubjectStreams,
    private readonly store: EventStore,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * @param fields only recipients of one of these; absent = of any personal field
   * @throws EventStoreUnavailable the log does not settle
   */
  async of(subjectId: string, fields?: readonly string[]): Promise<Recipient[]> {
    const streams = await this.streams.of(subjectId);
    const forwardings = await foldStreams(this.store, subjectId, streams, 'forwarding', [], disclosedBy);
    const byProcessor = new Map<string, Set<string>>();
    for (const { fields: disclosed, processorId } of forwardings.flatMap(({ state }) => state)) {
      for (const field of disclosed) {
        if (!Object.hasOwn(this.register.fields, field) || fields?.includes(field) === false) continue;
        byProcessor.set(processorId, (byProcessor.get(processorId) ?? new Set()).add(field));
      }
    }
    return [...byProcessor]
      .map(([processorId, received]) => ({ processorId, fields: [...received].sort() }))
      .sort((one, other) => (one.processorId < other.processorId ? -1 : 1));
  }
}

/** A rejected forwarding counts as a disclosure too. */
const disclosedBy = (disclosures: readonly Disclosure[], recorded: RecordedEvent): readonly Disclosure[] => {
  const event = recordedAs<ForwardingEvents>(recorded);
  return event.type === 'DataDisclosed' ? [...disclosures, event.data] : disclosures;
};

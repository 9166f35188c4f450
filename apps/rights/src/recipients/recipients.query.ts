import type { ForwardingEvents, ForwardingIntent } from '@dittoo/contracts';
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
    return this.among(await this.forwardings(subjectId), fields);
  }

  /**
   * The recipients that can have a wrong value after a correction. A message that was sent stays as it was sent: its
   * carrier has nothing to correct.
   *
   * @param fields only recipients of one of these; absent = of any personal field
   * @throws EventStoreUnavailable the log does not settle
   */
  async ofCorrection(subjectId: string, fields?: readonly string[]): Promise<Recipient[]> {
    const forwardings = await this.forwardings(subjectId);
    return this.among(
      forwardings.filter(({ intent }) => intent !== 'sendMail'),
      fields,
    );
  }

  private async forwardings(subjectId: string): Promise<readonly Forwarded[]> {
    const streams = await this.streams.of(subjectId);
    const folded = await foldStreams(this.store, subjectId, streams, 'forwarding', notForwarded, forwardedBy);
    return folded.map(({ state }) => state);
  }

  private among(forwardings: readonly Forwarded[], fields: readonly string[] | undefined): Recipient[] {
    const byProcessor = new Map<string, Set<string>>();
    for (const { fields: disclosed, processorId } of forwardings.flatMap(({ disclosures }) => disclosures)) {
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

/** One forwarding: what was asked, and what it disclosed. */
interface Forwarded {
  readonly intent: ForwardingIntent | null;
  readonly disclosures: readonly Disclosure[];
}

const notForwarded: Forwarded = { intent: null, disclosures: [] };

/** A rejected forwarding counts as a disclosure too. */
const forwardedBy = (forwarded: Forwarded, recorded: RecordedEvent): Forwarded => {
  const event = recordedAs<ForwardingEvents>(recorded);
  if (event.type === 'ForwardingRequested') return { ...forwarded, intent: event.data.intent };
  if (event.type !== 'DataDisclosed') return forwarded;
  return { ...forwarded, disclosures: [...forwarded.disclosures, event.data] };
};

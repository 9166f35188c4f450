import { schemaMap } from '@dittoo/contracts';
import { newId, type Actor, type DomainEvent, type SchemaMap, type Uuid } from '@dittoo/kernel';
import type { Platform } from '@dittoo/platform';

const definitions: SchemaMap = schemaMap;

/** For specs: appends events about an invented person as any service would. */
export class RecordedLife {
  constructor(
    private readonly platform: Pick<Platform, 'clock' | 'sealer' | 'store'>,
    readonly subjectId: Uuid = newId(),
  ) {}

  /** Appends to the end of `stream`. */
  async record(stream: string, events: readonly DomainEvent[], kind: Actor['kind'] = 'dataSubject'): Promise<void> {
    const { clock, sealer, store } = this.platform;
    let revision: bigint | 'no-stream' = 'no-stream';
    for await (const event of store.readStream(stream, { direction: 'backwards', limit: 1 })) revision = event.revision;
    const [correlationId, causationId] = [newId(), newId()];
    const sealed = await sealer.seal(
      events.map((event) => {
        const { legalBasis, purpose, schemaVersion, subject } = definitions[event.type]!;
        return {
          stream,
          eventId: newId(),
          event,
          metadata: {
            dataSubjectId: subject === 'nobody' ? null : this.subjectId,
            actor: { kind, id: kind === 'dataSubject' ? this.subjectId : 'spec' },
            correlationId,
            causationId,
            traceparent: null,
            noticeVersion: '2026-11-01',
            purpose,
            legalBasis,
            schemaVersion,
            recordedAt: clock.now(),
          },
        };
      }),
    );
    await store.append(stream, sealed, revision);
  }
}

import {
  isEnvelope,
  isErased,
  Sealer,
  streamId,
  UnmappedField,
  type DataCategory,
  type DomainEvent,
  type Envelope,
  type Erased,
  type JsonObject,
  type JsonValue,
  type NewEvent,
  type OpenedEvent,
  type PersonalField,
  type RecordedEvent,
  type SchemaMap,
  type SubjectId,
  type UnsealedEvent,
} from '@dittoo/kernel';
import { requestName, type DataKeys, type KeyRequest } from './data-keys.js';
import { keyCommitment, openValue, sealValue, type DataKey } from './envelope.js';

/** Seals and opens events by the schema map, a whole batch with one query of the key ring. */
export class EnvelopeSealer extends Sealer {
  constructor(
    private readonly schemaMap: SchemaMap,
    private readonly dataKeys: DataKeys,
  ) {
    super();
  }

  async seal(events: readonly UnsealedEvent[]): Promise<NewEvent[]> {
    const requests = new Map<string, KeyRequest>();
    for (const unsealed of events) {
      for (const field of this.personalFieldsOf(unsealed)) {
        const request = requestFor(unsealed, field);
        requests.set(requestName(request), request);
      }
    }
    const keys = requests.size === 0 ? noKeys : await this.dataKeys.activeKeys([...requests.values()]);
    return events.map((unsealed) => this.sealOne(unsealed, keys));
  }

  async open<Event extends DomainEvent = DomainEvent>(events: readonly RecordedEvent[]): Promise<OpenedEvent<Event>[]> {
    const kids = new Set<string>();
    for (const { data } of events) for (const name in data) collectKid(data[name], kids);
    const keys = kids.size === 0 ? noOpened : await this.dataKeys.keysById([...kids]);
    return events.map((recorded) => ({
      recorded,
      event: { type: recorded.type, data: openData(recorded, keys) } as Event,
    }));
  }

  async sealValue(
    subjectId: SubjectId,
    category: DataCategory,
    place: readonly string[],
    value: JsonValue,
    scope?: string,
  ): Promise<Envelope> {
    const request = { subjectId, category, scope };
    const key = (await this.dataKeys.activeKeys([request])).get(requestName(request))!;
    return sealValue(key, place, keyCommitment(key, place.join('|')), value);
  }

  async openValue(envelope: Envelope, place: readonly string[]): Promise<JsonValue | Erased> {
    const key = (await this.dataKeys.keysById([envelope.kid])).get(envelope.kid)!;
    return isErased(key) ? key : openValue(key, place, keyCommitment(key, place.join('|')), envelope);
  }

  private personalFieldsOf({ event, metadata, stream }: UnsealedEvent): PersonalField[] {
    // Own properties only: an event called `toString` is not in the map.
    const definition = Object.hasOwn(this.schemaMap, event.type) ? this.schemaMap[event.type] : undefined;
    if (definition === undefined || !stream.startsWith(`${definition.stream}-`)) throw new UnmappedField(event.type);
    requireSubject(event.type, definition.subject === 'nobody', metadata.dataSubjectId);
    const personalFields: PersonalField[] = [];
    for (const field in event.data) {
      const fieldClass = Object.hasOwn(definition.fields, field) ? definition.fields[field] : undefined;
      if (fieldClass === undefined) throw new UnmappedField(event.type, field);
      if (fieldClass.kind === 'personal') personalFields.push(fieldClass);
    }
    return personalFields;
  }

  private sealOne(unsealed: UnsealedEvent, keys: ReadonlyMap<string, DataKey>): NewEvent {
    const { eventId, event, metadata, stream } = unsealed;
    const fields = this.schemaMap[event.type]!.fields;
    const commitments = new Map<string, string>();
    const data: Record<string, JsonValue> = {};
    for (const [field, value] of Object.entries(event.data) as [string, JsonValue | undefined][]) {
      if (value === undefined) continue;
      const fieldClass = fields[field]!;
      if (fieldClass.kind === 'plain') {
        data[field] = value;
        continue;
      }
      const key = keys.get(requestName(requestFor(unsealed, fieldClass)))!;
      let commitment = commitments.get(key.kid);
      if (commitment === undefined) commitments.set(key.kid, (commitment = keyCommitment(key, eventId)));
      const place = [stream, event.type, String(metadata.schemaVersion), eventId, field];
      data[field] = sealValue(key, place, commitment, value);
    }
    return { eventId, type: event.type, data, metadata };
  }
}

const noKeys: ReadonlyMap<string, DataKey> = new Map();
const noOpened: ReadonlyMap<string, DataKey | Erased> = new Map();

/** Readers rely on it: an event has a data subject, unless its type has none. */
const requireSubject = (type: string, aboutNobody: boolean, dataSubjectId: SubjectId | null): void => {
  if (aboutNobody !== (dataSubjectId === null)) {
    throw new TypeError(
      `${type} ${aboutNobody ? 'is about nobody but names a data subject' : 'names no data subject'}`,
    );
  }
};

const subjectOf = ({ metadata, event }: UnsealedEvent): string => {
  if (metadata.dataSubjectId === null) throw new TypeError(`${event.type} has personal data but no data subject`);
  return metadata.dataSubjectId;
};

const requestFor = (unsealed: UnsealedEvent, { category, keyPer }: PersonalField): KeyRequest => {
  const subjectId = subjectOf(unsealed);
  if (keyPer === 'subject') return { subjectId, category };
  return { subjectId, category, scope: keyPer === 'stream' ? streamId(unsealed.stream) : unsealed.eventId };
};

const collectKid = (value: JsonValue | undefined, kids: Set<string>): void => {
  if (isEnvelope(value)) kids.add(value.kid);
};

const openData = (recorded: RecordedEvent, keys: ReadonlyMap<string, DataKey | Erased>): JsonObject => {
  const commitments = new Map<string, string>();
  const data: Record<string, JsonValue> = {};
  for (const [field, value] of Object.entries(recorded.data)) {
    if (!isEnvelope(value)) {
      data[field] = value;
      continue;
    }
    const key = keys.get(value.kid)!;
    if (isErased(key)) {
      data[field] = { ...key };
      continue;
    }
    let commitment = commitments.get(key.kid);
    if (commitment === undefined) commitments.set(key.kid, (commitment = keyCommitment(key, recorded.eventId)));
    const { stream, type, eventId, metadata } = recorded;
    data[field] = openValue(key, [stream, type, String(metadata.schemaVersion), eventId, field], commitment, value);
  }
  return data;
};

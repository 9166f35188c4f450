import { schemaMap } from '@dittoo/contracts';
import {
  Sealer,
  UnmappedField,
  type DomainEvent,
  type Envelope,
  type Erased,
  type JsonObject,
  type JsonValue,
  type NewEvent,
  type OpenedEvent,
  type RecordedEvent,
  type SchemaMap,
  type UnsealedEvent,
} from '@dittoo/kernel';

const definitions: SchemaMap = schemaMap;

/**
 * For events without personal data, in a process without keys or about keys that are missing. Takes no event with a
 * personal field; those it reads stay sealed.
 */
export class PlainSealer extends Sealer {
  override seal(events: readonly UnsealedEvent[]): Promise<NewEvent[]> {
    return Promise.resolve(
      events.map(({ event, eventId, metadata }) => {
        const fields = Object.hasOwn(definitions, event.type) ? definitions[event.type]?.fields : undefined;
        const unfit = Object.keys(event.data).find((name) => fields?.[name]?.kind !== 'plain');
        if (fields === undefined || unfit !== undefined) throw new UnmappedField(event.type, unfit);
        return { eventId, type: event.type, data: event.data as JsonObject, metadata };
      }),
    );
  }

  override open<Event extends DomainEvent = DomainEvent>(
    events: readonly RecordedEvent[],
  ): Promise<OpenedEvent<Event>[]> {
    return Promise.resolve(events.map((recorded) => ({ recorded, event: eventOf<Event>(recorded) })));
  }

  override sealValue(): Promise<Envelope> {
    return Promise.reject(new Error('no value is sealed without keys'));
  }

  override openValue(): Promise<JsonValue | Erased> {
    return Promise.reject(new Error('no value is opened without keys'));
  }
}

const eventOf = <Event extends DomainEvent>({ data, type }: RecordedEvent): Event => {
  const event: DomainEvent = { type, data };
  return event as Event;
};

import {
  requireStorable,
  type EventMetadata,
  type JsonObject,
  type NewEvent,
  type RecordedEvent,
} from '@dittoo/kernel';
import { jsonEvent, type AllStreamRecordedEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import { canonicalEvent } from './canonical.js';
import { LogBroken } from './log-broken.js';

/**
 * Copies the event in canonical order, so that its leaf stays the same even if the caller changes the event meanwhile.
 */
export const toEsdb = (event: NewEvent): EventData => {
  const { data, metadata } = canonicalEvent(event);
  requireStorable(data, metadata);
  return jsonEvent({
    id: event.eventId,
    type: event.type,
    data: JSON.parse(data) as Record<string, unknown>,
    metadata: JSON.parse(metadata) as Record<string, unknown>,
  });
};

/** Whether it is a stream of the server itself or of its projections. */
export const isSystemStream = (stream: string): boolean => stream.startsWith('$');

type Recorded = NonNullable<ResolvedEvent['event']>;

/** Commit position: a byte offset. Over gRPC the prepare position is the same. */
export const positionOf = (recorded: Pick<AllStreamRecordedEvent, 'position'> & { readonly id: string }): bigint => {
  const { commit, prepare } = recorded.position;
  if (commit !== prepare) throw new LogBroken(`event ${recorded.id} was written in a transaction, not by this house`);
  return commit;
};

/** @throws LogBroken the shop did not write the event, so no reader of the log can interpret it */
export const fromEsdb = (recorded: Recorded): RecordedEvent => {
  const { data, id, isJson, metadata, revision, streamId: stream, type } = recorded;
  const { position } = recorded as AllStreamRecordedEvent;
  if (!isJson || !isObject(data) || !isObject(metadata) || typeof metadata['recordedAt'] !== 'string') {
    throw new LogBroken(`event ${id} in ${stream} was not written by this house`);
  }
  return {
    stream,
    revision,
    position: positionOf({ id, position }),
    eventId: id,
    type,
    data: data as JsonObject,
    metadata: metadata as EventMetadata,
  };
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

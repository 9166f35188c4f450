import type { EventStore, RecordedEvent } from '@dittoo/kernel';

/** The part of a log that finds an event by its position. */
export type ReadableLog = Pick<EventStore, 'densePositions' | 'readAll' | 'readStream'>;

/** @throws Error the event at this position belongs to another stream */
export const eventAt = async (log: ReadableLog, stream: string, position: bigint): Promise<RecordedEvent> => {
  const event = log.densePositions ? await eventInLog(log, position) : await eventInStream(log, stream, position);
  if (event?.position !== position || event.stream !== stream) {
    throw new Error(`position ${position} of the log is not of ${stream}`);
  }
  return event;
};

const eventInLog = async (log: ReadableLog, position: bigint): Promise<RecordedEvent | undefined> =>
  (await log.readAll({ after: position === 0n ? null : position - 1n, limit: 1 })).events[0];

/** Searches the stream, because the position before the event is unknown where positions are not dense. */
const eventInStream = async (
  log: ReadableLog,
  stream: string,
  position: bigint,
): Promise<RecordedEvent | undefined> => {
  for await (const event of log.readStream(stream)) if (event.position >= position) return event;
  return undefined;
};

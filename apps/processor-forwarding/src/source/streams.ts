import type { EventStore, RecordedEvent } from '@dittoo/kernel';

/** The whole of a stream. Ask for several at once: the event store reads them with one statement. */
export const readWhole = async (store: EventStore, stream: string): Promise<RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(event);
  return events;
};

import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { KeptEvent, SandboxLog } from './log.js';
import { nameOf } from './messages.js';

const backwards = 1;

/**
 * The events of a read request, in the order they are sent.
 *
 * @returns `'no-record'` where no record of the log begins at the requested position
 */
export const eventsToRead = (
  log: SandboxLog,
  options: ReadReq.Options,
): readonly KeptEvent[] | 'no-stream' | 'no-record' => {
  const count = Number(options.getCount());
  const isBackwards = options.getReadDirection() === backwards;
  const inStream = options.getStream();
  if (inStream !== undefined) {
    const history = log.stream(nameOf(inStream.getStreamIdentifier()));
    if (history.length === 0) return 'no-stream';
    const end = history.length - 1;
    const from = inStream.hasStart() ? 0 : inStream.hasEnd() ? end : Number(inStream.getRevision());
    if (!isBackwards) return history.slice(from).slice(0, count);
    // The server reads a window of revisions that ends at `from`, whether or not the stream reaches there.
    const window = history.slice(0, from + 1).filter(({ revision }) => revision > from - count);
    return window.reverse().slice(0, count);
  }
  const all = options.getAll()!;
  const { events } = log;
  const endOfLog = events.at(-1)!.position + 1;
  const place = all.hasPosition() ? Number(all.getPosition()!.getCommitPosition()) : 0;
  if (all.hasPosition() && events[log.indexAfter(place - 1)]?.position !== place && place < endOfLog)
    return 'no-record';
  const from = all.hasEnd() ? events.length : log.indexAfter(place - 1);
  return isBackwards ? events.slice(Math.max(0, from - count), from).reverse() : events.slice(from, from + count);
};

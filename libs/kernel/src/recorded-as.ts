import type { AnyDelivered, Delivered } from './delivery.js';
import type { RecordedEvent } from './event.js';

/**
 * An event of the log, typed by the map of events it belongs to. This file is the one place where the log is taken at its word: what
 * stands there was checked against the schema map when it was sealed.
 *
 * @param Events the events of the stream's category, as `libs/contracts` names them
 */
export const recordedAs = <Events>(event: RecordedEvent): Delivered<Events> => event as unknown as Delivered<Events>;

/** A delivered event as the sealer takes it to open its personal fields. */
export const asRecorded = (event: AnyDelivered): RecordedEvent => event as unknown as RecordedEvent;

import type { AnyDelivered, Delivered } from './delivery.js';
import type { RecordedEvent } from './event.js';

/**
 * An event of the log, typed by its map of events. This file is the only place that casts logged data to its type: the
 * data was checked against the schema map when it was sealed.
 *
 * @param Events the events of the stream's category, as `libs/contracts` names them
 */
export const recordedAs = <Events>(event: RecordedEvent): Delivered<Events> => event as unknown as Delivered<Events>;

/** A delivered event as the sealer takes it to open its personal fields. */
export const asRecorded = (event: AnyDelivered): RecordedEvent => event as unknown as RecordedEvent;

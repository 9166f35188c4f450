/*
 * How items get into lanes. The lanes are locked first and in one order: that orders the intake of one subject, keeps
 * workers out meanwhile. No two of these statements wait for each other.
 */
import { hasCommand } from './lane-statements.js';
import { wakeChannel, type QueueTables } from './queue-tables.js';

/**
 * Queues items, one array for each column; the same intent is queued once, for ever. A lane in back-off stays in back-off,
 * unless a reading alone is why: a command overtakes readings, and takes over neither their pause nor their failures.
 * Where an item was added, workers are notified at the commit.
 */
export const queueStatement = ({ item, lane, processorId }: QueueTables): string => `
WITH asked AS MATERIALIZED (
  SELECT DISTINCT ON (intent_id) *
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[]) WITH ORDINALITY
      AS a (intent_id, forwarding_id, subject_id, order_id, kind, payload, place)
   ORDER BY intent_id, place),
fresh AS (
  INSERT INTO forwarding.inbox (intent_id) SELECT intent_id FROM asked ON CONFLICT DO NOTHING RETURNING intent_id),
wanted AS MATERIALIZED (SELECT asked.* FROM asked JOIN fresh USING (intent_id)),
lanes AS (
  INSERT INTO ${lane} AS l (subject_id, next_at, pending, urgent)
  SELECT subject_id, now(), count(*), count(*) FROM wanted GROUP BY subject_id ORDER BY subject_id
  ON CONFLICT (subject_id) DO UPDATE SET pending = l.pending + excluded.pending, urgent = l.urgent + excluded.urgent,
    attempt = CASE WHEN ${hasCommand(item, 'l')} THEN l.attempt ELSE 0 END,
    next_at = CASE WHEN ${hasCommand(item, 'l')} THEN l.next_at ELSE now() END
  RETURNING l.subject_id),
queued AS (
  INSERT INTO ${item} (intent_id, forwarding_id, subject_id, order_id, kind, payload)
  SELECT intent_id, forwarding_id, subject_id, order_id, kind, payload FROM wanted JOIN lanes USING (subject_id)
   ORDER BY place)
SELECT pg_notify('${wakeChannel}', '${processorId}') FROM (SELECT FROM lanes LIMIT 1) added`;

/**
 * Parts of a statement that queues readings of payments, which it names `asked (forwarding_id, subject_id, order_id)`: the
 * lanes are locked. Each lane counts the readings that were asked for: at most too many, never too few.
 *
 * @param polled are they only planned? One that waits already is then left as it is
 */
export const lanesOfReadings = ({ item, lane }: QueueTables, polled: boolean): string => `
waiting AS MATERIALIZED (
  SELECT a.* FROM asked a WHERE NOT (${polled} AND EXISTS (
    SELECT FROM ${item} i WHERE i.forwarding_id = a.forwarding_id AND i.kind = 'readPayment' AND i.state = 'queued'))),
lanes AS (
  INSERT INTO ${lane} AS l (subject_id, next_at, pending, urgent)
  SELECT subject_id, now(), count(*), ${polled ? '0' : 'count(*)'} FROM waiting GROUP BY subject_id ORDER BY subject_id
  ON CONFLICT (subject_id) DO UPDATE SET pending = l.pending + excluded.pending, urgent = l.urgent + excluded.urgent
  RETURNING l.subject_id)`;

/**
 * The part after `lanesOfReadings`: one that waits already is asked for anew, so that its settling leaves it if it is in
 * hand.
 *
 * @param payload the parameter with what all of them have in common
 * @param wanted rows as `waiting` has them
 */
export const queuedReadings = ({ item }: QueueTables, polled: boolean, payload: string, wanted = 'waiting'): string => `
queued AS (
  INSERT INTO ${item} AS i (intent_id, forwarding_id, subject_id, order_id, kind, polled, payload)
  SELECT gen_random_uuid(), forwarding_id, subject_id, order_id, 'readPayment', ${polled},
         ${payload}::jsonb || jsonb_build_object('correlationId', order_id)
    FROM ${wanted} JOIN lanes USING (subject_id) ORDER BY forwarding_id
  ON CONFLICT (forwarding_id) WHERE kind = 'readPayment' AND state = 'queued'
    DO UPDATE SET intent_id = ${polled ? 'i.intent_id' : 'excluded.intent_id'}, polled = i.polled AND excluded.polled)`;

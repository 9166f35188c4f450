/*
 * The statements of lanes, each for many lanes at once. All of them lock the lanes first and in one order, then their
 * items: no two of them wait for each other, and a lane that is locked reads as it stands then, also where it was changed
 * while the statement waited. A page of erasures locks lanes in the order of its events: it may have to be taken again. Arrays are one value for each request; a request's `place` counts from 1.
 */
import type { QueueTables } from './queue-tables.js';

const columns = `i.id, i.intent_id AS "intentId", i.forwarding_id AS "forwardingId", i.subject_id AS "subjectId",
  i.order_id AS "orderId", i.kind, i.state, i.attempt, i.payload, i.sending, i.polled, i.queued_at AS "queuedAt"`;

/** Commands before readings: who reads afterwards reads what they did. */
const headFirst = `ORDER BY i.kind = 'readPayment', i.id LIMIT 1`;
const isAhead = `i.state IN ('queued', 'sending')`;

/** Does something else than readings wait in the lane of this row? What a lane has failed is then that command's. */
export const hasCommand = (item: string, lane: string): string =>
  `EXISTS (SELECT FROM ${item} c WHERE c.subject_id = ${lane}.subject_id AND c.state IN ('queued', 'sending')
           AND c.kind <> 'readPayment')`;

/** What a repeat heals need not be on disk before the answer: a lost claim ends by itself, a lost end is in the stream. */
const relaxed = `relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))`;

const held = ({ lane }: QueueTables, asked: string, names: string): string => `held AS MATERIALIZED (
  SELECT a.*, l.pending, l.urgent, l.attempt AS failures
    FROM unnest(${asked}) WITH ORDINALITY AS a (subject_id, token, ${names}, place)
    JOIN ${lane} l ON l.subject_id = a.subject_id AND l.lease_token = a.token
   ORDER BY a.subject_id FOR UPDATE OF l)`;

/** The head of one lane. */
export const headStatement = ({ item }: QueueTables): string =>
  `SELECT ${columns} FROM ${item} i WHERE i.subject_id = $1 AND ${isAhead} ${headFirst}`;

/** Erasures that wait and name what they took out of the queue. */
export const cancellingStatement = ({ item }: QueueTables): string =>
  `SELECT ${columns} FROM ${item} i WHERE i.kind = 'eraseSubject' AND i.payload ? 'cancelled' ORDER BY i.id LIMIT 20`;

/**
 * Leases due lanes, each with its head. Limits are written out: as parameters of a cached plan they make the claim sixty
 * times slower. Tokens are drawn by lot: a sequence would give one again after the database lost its last moments.
 *
 * @param lease when a lease that begins now ends
 * @param commands how many lanes in which more than planned readings waits
 * @param polls how many others, where they and one more have room beside the commands that are claimed, or there are none
 */
export const claimStatement = ({ item, lane }: QueueTables, lease: string, commands: number, polls: number): string => {
  const due = (which: string, limit: number): string => `(
    SELECT subject_id FROM ${lane} WHERE next_at <= now() AND lease_until < now() AND ${which}
    ORDER BY next_at LIMIT ${Math.trunc(limit)} FOR UPDATE SKIP LOCKED)`;
  return `
WITH ${relaxed},
due_commands AS MATERIALIZED ${due('urgent > 0', commands)},
due_polls AS MATERIALIZED ${due(
    `urgent = 0 AND (SELECT count(*) FROM due_commands) <= ${Math.max(0, Math.trunc(commands - 1 - polls))}`,
    polls,
  )},
leased AS (
  UPDATE ${lane} l SET lease_until = ${lease}, lease_token = floor(random() * 9007199254740991)::bigint
    FROM (SELECT subject_id FROM due_commands UNION ALL SELECT subject_id FROM due_polls) d
   WHERE l.subject_id = d.subject_id
  RETURNING l.subject_id AS lane_subject, l.lease_token, l.attempt AS failures, l.urgent > 0 AS urgent)
SELECT leased.*, head.* FROM relaxed, leased
  LEFT JOIN LATERAL (
    SELECT ${columns} FROM ${item} i WHERE i.subject_id = leased.lane_subject AND ${isAhead} ${headFirst}) head ON true`;
};

/**
 * Marks items `sending`, and is on disk when it answers. An item that was cancelled, or that is not as its worker read
 * it, is not marked.
 *
 * @param companions parts that write the rows of other folders, by what is `marked`
 */
export const markStatement = (tables: QueueTables, lease: string, companions: string): string => `
WITH ${held(tables, '$1::uuid[], $2::bigint[], $3::bigint[], $4::int[], $5::jsonb[]', 'item_id, attempt, sending')},
marked AS (
  UPDATE ${tables.item} i SET state = 'sending', attempt = i.attempt + 1, sending = h.sending FROM held h
   WHERE i.id = h.item_id AND i.state = 'queued' AND i.attempt = h.attempt RETURNING h.place),
leased AS (
  UPDATE ${tables.lane} l SET lease_until = ${lease} FROM held h WHERE l.subject_id = h.subject_id AND l.lease_token = h.token)
${companions}
SELECT h.place::int AS place, h.place IN (SELECT place FROM marked) AS marked FROM held h`;

/**
 * Says what becomes of items and their lanes, and gives the next head of those that stay leased. The counter, not a
 * search for other items, says whether a lane can be deleted: a search could miss an item that is being inserted, and
 * strand it. The counter is never too low: it goes down with an item that is really gone. A reading that failed does not
 * keep a command waiting that was queued meanwhile.
 *
 * @param companions parts that write the rows of other folders, where the lease is `held`
 */
export const endStatement = (tables: QueueTables, lease: string, companions: string): string => `
WITH ${relaxed},
${held(
  tables,
  '$1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::boolean[], $7::float8[], $8::text[]',
  'item_id, intent_id, fate, keeps, delay_ms, attempts',
)},
done AS (
  DELETE FROM ${tables.item} i USING held h
   WHERE h.fate = 'done' AND i.id = h.item_id AND (i.kind <> 'readPayment' OR i.intent_id = h.intent_id)
  RETURNING h.place, i.polled),
changed AS (
  UPDATE ${tables.item} i SET state = h.fate, sending = CASE WHEN h.keeps THEN i.sending END FROM held h
   WHERE h.fate IN ('queued', 'parked') AND i.id = h.item_id
  RETURNING h.place, i.polled, h.fate = 'parked' AS gone),
gone AS (SELECT place, polled FROM done UNION ALL SELECT place, polled FROM changed WHERE gone),
ended AS MATERIALIZED (
  SELECT h.*, h.delay_ms IS NOT NULL AND ${hasCommand(tables.item, 'h')}
              AND EXISTS (SELECT FROM ${tables.item} r WHERE r.id = h.item_id AND r.kind = 'readPayment') AS overtaken,
         g.place IS NOT NULL AS gone, h.pending - (g.place IS NOT NULL)::int AS items,
         greatest(0, h.urgent - (g.polled IS FALSE)::int) AS urgent_items
    FROM held h LEFT JOIN gone g ON g.place = h.place),
emptied AS (
  DELETE FROM ${tables.lane} l USING ended e
   WHERE l.subject_id = e.subject_id AND l.lease_token = e.token AND e.items = 0),
kept AS (
  UPDATE ${tables.lane} l
     SET pending = e.items, urgent = least(e.items, e.urgent_items),
         attempt = CASE WHEN e.overtaken THEN 0 ELSE CASE e.attempts WHEN 'reset' THEN 0 WHEN 'count' THEN e.failures + 1 ELSE e.failures END END,
         lease_until = CASE WHEN e.delay_ms IS NULL THEN ${lease} ELSE '-infinity' END,
         next_at = CASE WHEN e.delay_ms IS NULL THEN l.next_at WHEN e.overtaken THEN now() ELSE now() + e.delay_ms * interval '1 ms' END
    FROM ended e WHERE l.subject_id = e.subject_id AND l.lease_token = e.token AND e.items > 0)
${companions}
SELECT e.place::int AS place, e.items, head.* FROM relaxed, ended e
  LEFT JOIN LATERAL (
    SELECT ${columns} FROM ${tables.item} i
     WHERE i.subject_id = e.subject_id AND e.items > 0 AND e.delay_ms IS NULL AND ${isAhead}
       AND NOT (e.gone AND i.id = e.item_id) ${headFirst}) head ON true`;

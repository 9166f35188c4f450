import { holds, plainColumns, reference, type RowClasses } from '@dittoo/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LeadAndBorder1764000000100 } from './lead.migration.js';

/**
 * Appends take no shared lock: `(stream_id, revision)` is the optimistic lock, `event_id` the idempotency key. Order
 * is assigned afterwards, by `es_sequence` alone: it waits until every transaction up to a border has ended, so no
 * position appears before one that was already read, and it counts positions, so they are dense.
 */
export class CreateEventStore1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA IF NOT EXISTS event_store');
    await runner.query(tables);
    await runner.query(appendOnly);
    await runner.query(requireContiguous);
    await runner.query(sequence);
    await runner.query(adoptForeignCluster);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA event_store CASCADE');
  }
}

/** For `migrate(url, eventStoreMigrations, { schema: 'event_store' })`. */
export const eventStoreMigrations = [CreateEventStore1764000000000, LeadAndBorder1764000000100];

const sha256 = holds('a SHA-256');

/** For each column: what it holds about a person, how an erasure treats it, how it appears in an access copy. */
export const eventStoreRows: RowClasses = {
  es_event: {
    columns: {
      stream_id: reference,
      data: { kind: 'envelope', category: 'each', erasure: 'keyDestroyed', copy: 'fromEvents' },
      meta: reference,
      leaf_hash: sha256,
      ...plainColumns('seq', 'tx', 'revision', 'event_id', 'type', 'recorded_at'),
    },
  },
  es_log: { columns: { leaf_hash: sha256, ...plainColumns('position', 'seq') } },
  es_head: {
    columns: plainColumns('one', 'next_position', 'lo', 'hi', 'last_seq', 'base_seq', 'system_identifier'),
  },
  es_leader: { columns: plainColumns('one', 'holder', 'epoch', 'expires_at') },
};

const tables = `
CREATE TABLE event_store.es_event (
  seq         bigint GENERATED ALWAYS AS IDENTITY (CACHE 1), -- must stay 1: the order of a stream relies on it
  tx          xid8 NOT NULL DEFAULT pg_current_xact_id(),
  stream_id   text NOT NULL,
  revision    bigint NOT NULL CHECK (revision >= 0),
  event_id    uuid NOT NULL,
  type        text NOT NULL,
  data        jsonb NOT NULL,
  meta        jsonb NOT NULL,
  recorded_at timestamptz NOT NULL,
  leaf_hash   bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  PRIMARY KEY (stream_id, revision),
  UNIQUE (event_id),
  UNIQUE (seq)
) WITH (toast_tuple_target = 8160); -- envelopes do not compress: up to a page an event stays in its row, as it is
CREATE INDEX es_event_order ON event_store.es_event (tx, seq);

CREATE TABLE event_store.es_log (
  position  bigint PRIMARY KEY,
  seq       bigint NOT NULL UNIQUE,
  leaf_hash bytea NOT NULL
);

-- one row: where sequencing stands. [lo, hi) is the open window of transactions, last_seq how far it was taken
CREATE TABLE event_store.es_head (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  next_position     bigint NOT NULL DEFAULT 0,
  lo                xid8 NOT NULL DEFAULT '0',
  hi                xid8 NOT NULL DEFAULT '0',
  last_seq          bigint NOT NULL DEFAULT 0,
  base_seq          bigint NOT NULL DEFAULT 0,
  system_identifier bigint NOT NULL DEFAULT (pg_control_system()).system_identifier
) WITH (fillfactor = 10);
INSERT INTO event_store.es_head DEFAULT VALUES;
`;

const appendOnly = `
CREATE FUNCTION event_store.es_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the event store is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER es_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.es_event
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.es_refuse_change();
CREATE TRIGGER es_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.es_log
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.es_refuse_change();
`;

/** Checks the positions from p_from on; an event whose predecessor has no earlier position stops the sequencer. */
const requireContiguous = `
CREATE FUNCTION event_store.es_require_contiguous(p_from bigint) RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE broken record;
BEGIN
  SELECT b.stream_id, b.revision INTO broken
    FROM (SELECT e.stream_id, e.revision,
                 lag(e.revision) OVER (PARTITION BY e.stream_id ORDER BY l.position) AS previous
            FROM event_store.es_log l CROSS JOIN LATERAL (
                 SELECT stream_id, revision FROM event_store.es_event WHERE seq = l.seq LIMIT 1) e
           WHERE l.position >= p_from) b
   WHERE CASE WHEN b.previous IS NOT NULL THEN b.revision <> b.previous + 1
              ELSE b.revision > 0 AND NOT EXISTS (
                SELECT 1 FROM (
                       SELECT seq FROM event_store.es_event
                        WHERE stream_id = b.stream_id AND revision = b.revision - 1 LIMIT 1) e
                 WHERE (SELECT position FROM event_store.es_log WHERE seq = e.seq) < p_from)
          END
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'revision % of % would be sequenced out of order', broken.revision, broken.stream_id
      USING ERRCODE = 'ES001', HINT = 'an append must be its own transaction, or the first write of it';
  END IF;
END $$;
`;

/**
 * One batch. Returns how many events got a position; -1 = events are waiting for an older transaction to end.
 *
 * Never skips: a row is in exactly one window. A window ends before the oldest running transaction, so all its
 * transactions have ended, and the next statement sees every row they committed. A window is limited to about p_max
 * rows; any border is valid, because an event that depends on another has the greater transaction id.
 */
const sequence = `
CREATE FUNCTION event_store.es_sequence(p_max int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE h event_store.es_head; border xid8; cnt int; mx bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'es_sequence needs read committed: each statement must see what committed before it';
  END IF;
  -- nothing there: no lock, no transaction id, no write-ahead log. last_seq says nothing of later windows: a later
  -- transaction may well have drawn its seq earlier
  SELECT * INTO h FROM event_store.es_head;
  -- seq + 0: by the index of seq alone this would walk the whole log, and a plan made while it was empty might
  PERFORM 1 FROM event_store.es_event WHERE tx >= h.lo AND tx < pg_snapshot_xmax(pg_current_snapshot())
    AND seq + 0 > h.base_seq AND (tx >= h.hi OR seq + 0 > h.last_seq) LIMIT 1;
  IF NOT FOUND THEN RETURN 0; END IF;
  IF h.lo = h.hi AND pg_snapshot_xmin(pg_current_snapshot()) <= h.hi THEN RETURN -1; END IF;

  SELECT * INTO h FROM event_store.es_head FOR UPDATE;
  LOOP
    IF h.lo = h.hi THEN -- drained: open the next window
      border := greatest(h.hi, pg_snapshot_xmin(pg_current_snapshot()));
      SELECT tx INTO h.hi FROM event_store.es_event WHERE tx >= h.lo AND tx < border
        ORDER BY tx, seq OFFSET p_max LIMIT 1;
      IF NOT FOUND OR h.hi <= h.lo THEN h.hi := border; END IF;
    END IF;

    WITH settled AS MATERIALIZED (
           SELECT seq, leaf_hash FROM event_store.es_event WHERE tx >= h.lo AND tx < h.hi),
         cand AS MATERIALIZED (
           SELECT seq, leaf_hash FROM settled WHERE seq > greatest(h.last_seq, h.base_seq) ORDER BY seq LIMIT p_max),
         ins AS (
           INSERT INTO event_store.es_log (position, seq, leaf_hash)
           SELECT h.next_position + row_number() OVER (ORDER BY seq) - 1, seq, leaf_hash FROM cand RETURNING seq)
    SELECT count(*), max(seq) INTO cnt, mx FROM ins;
    -- an empty window is left behind; at the border there is nothing settled to go on with
    EXIT WHEN cnt > 0 OR h.hi = coalesce(border, '0');
    h.lo := h.hi;
    h.last_seq := 0;
  END LOOP;
  PERFORM event_store.es_require_contiguous(h.next_position);

  UPDATE event_store.es_head SET
    next_position = h.next_position + cnt,
    lo = CASE WHEN cnt < p_max THEN h.hi ELSE h.lo END,
    hi = h.hi,
    last_seq = CASE WHEN cnt < p_max THEN 0 ELSE mx END;
  IF cnt = 0 THEN RETURN -1; END IF;
  PERFORM pg_notify('es_log', '');
  RETURN cnt;
END $$;
`;

/**
 * Transaction ids do not survive dump and restore. In another cluster than that of es_head, every event without a
 * position gets one by seq, and from then on only later rows are sequenced. Returns how many; -1 = same cluster.
 */
const adoptForeignCluster = `
CREATE FUNCTION event_store.es_adopt_foreign_cluster() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
DECLARE h event_store.es_head; cnt int;
BEGIN
  PERFORM 1 FROM event_store.es_head WHERE system_identifier = (pg_control_system()).system_identifier;
  IF FOUND THEN RETURN -1; END IF;
  -- no append may be under way: its seq could lie below base_seq and would never be looked at
  LOCK TABLE event_store.es_event IN SHARE ROW EXCLUSIVE MODE;
  SELECT * INTO h FROM event_store.es_head FOR UPDATE;
  WITH missing AS (
         SELECT seq, leaf_hash FROM event_store.es_event e
          WHERE NOT EXISTS (SELECT 1 FROM event_store.es_log l WHERE l.seq = e.seq)),
       ins AS (
         INSERT INTO event_store.es_log (position, seq, leaf_hash)
         SELECT h.next_position + row_number() OVER (ORDER BY seq) - 1, seq, leaf_hash FROM missing RETURNING seq)
  SELECT count(*) INTO cnt FROM ins;
  PERFORM event_store.es_require_contiguous(h.next_position);
  UPDATE event_store.es_head SET next_position = h.next_position + cnt, last_seq = 0,
    lo = pg_snapshot_xmin(pg_current_snapshot()), hi = pg_snapshot_xmin(pg_current_snapshot()),
    base_seq = coalesce((SELECT max(seq) FROM event_store.es_event), 0),
    system_identifier = (pg_control_system()).system_identifier;
  IF cnt > 0 THEN PERFORM pg_notify('es_log', ''); END IF;
  RETURN cnt;
END $$;
`;

/** Services may insert and select. Only the functions assign positions, with the rights of their owner. */
const grants = `
REVOKE ALL ON FUNCTION event_store.es_sequence(int), event_store.es_adopt_foreign_cluster(),
  event_store.es_require_contiguous(bigint) FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'dittoo_app') THEN
    GRANT USAGE ON SCHEMA event_store TO dittoo_app;
    GRANT SELECT, INSERT ON event_store.es_event TO dittoo_app;
    GRANT SELECT ON event_store.es_log, event_store.es_head TO dittoo_app;
    GRANT EXECUTE ON FUNCTION event_store.es_sequence(int), event_store.es_adopt_foreign_cluster() TO dittoo_app;
  END IF;
END $$;
`;

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The lead over sequencing as a lease with an epoch, and a border that waits only for transactions that may still
 * append.
 */
export class LeadAndBorder1764000000100 implements MigrationInterface {
  readonly name = 'LeadAndBorder1764000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(leader);
    await runner.query(lead);
    await runner.query(firstWrite);
    await runner.query(border);
    await runner.query(sequence);
    await runner.query(fenced);
    await runner.query(grants);
  }

  async down(): Promise<void> {
    throw new Error('the border before it would wait for every transaction of the cluster: restore a backup instead');
  }
}

/** One row. The expiry is by the server's clock alone, so clocks of nodes need not agree. */
const leader = `
CREATE TABLE event_store.es_leader (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  holder     text NOT NULL DEFAULT '',
  epoch      bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 10);
INSERT INTO event_store.es_leader DEFAULT VALUES;
`;

/**
 * Takes or renews the lead: its epoch, or null while another holds it. An expiry further away than a lease is long is
 * from before the server's clock was set back, and does not count.
 */
const lead = `
CREATE FUNCTION event_store.es_lead(p_holder text, p_lease_ms int) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
  UPDATE event_store.es_leader SET holder = p_holder, epoch = epoch + CASE WHEN holder = p_holder THEN 0 ELSE 1 END,
         expires_at = clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0)
   WHERE holder = p_holder OR expires_at < clock_timestamp()
      OR expires_at > clock_timestamp() + make_interval(secs => p_lease_ms / 1000.0 + 1)
  RETURNING epoch $$;
CREATE FUNCTION event_store.es_leave(p_epoch bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
  UPDATE event_store.es_leader SET holder = '', expires_at = '-infinity' WHERE epoch = p_epoch $$;
`;

/**
 * An append is its own transaction, or the first write of it. A transaction that wrote before has an older id than its
 * appends deserve: they would belong before positions that were read already.
 */
const firstWrite = `
CREATE FUNCTION event_store.es_require_first_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM event_store.es_event WHERE tx = pg_catalog.pg_current_xact_id_if_assigned()) THEN
    RAISE EXCEPTION 'an append must be its own transaction, or the first write of it' USING ERRCODE = 'ES002';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER es_event_first_write BEFORE INSERT ON event_store.es_event
  FOR EACH STATEMENT EXECUTE FUNCTION event_store.es_require_first_write();
`;

/**
 * Every transaction with an id below the border that appends has ended, and the next statement sees what it committed.
 *
 * An appender locks es_event before it draws its id (es_require_first_write sees to that) and until it has ended. So an
 * appender with an id below the first number was over when the locks were read, or its lock is among them. It does not
 * matter that locks are read one after another: one that was taken or an id that was drawn meanwhile has an id above
 * the first number. A transaction that never appends, in this database or another, is not waited for.
 */
const border = `
CREATE FUNCTION event_store.es_border() RETURNS xid8 LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
DECLARE next_id numeric; oldest numeric;
BEGIN
  next_id := pg_snapshot_xmax(pg_current_snapshot())::text::numeric; -- first the number, then the locks
  WITH locks AS MATERIALIZED (
         SELECT locktype, database, relation, mode, virtualtransaction, transactionid FROM pg_locks
          WHERE granted AND locktype IN ('relation', 'transactionid')),
       ids AS (
         SELECT mod(mod(next_id, 4294967296) - transactionid::text::numeric + 4294967296, 4294967296) AS distance
           FROM locks t WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND EXISTS (
                SELECT 1 FROM locks r WHERE r.virtualtransaction = t.virtualtransaction AND r.locktype = 'relation'
                   AND r.mode = 'RowExclusiveLock' AND r.relation = 'event_store.es_event'::regclass
                   AND r.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
  SELECT next_id - max(distance) INTO oldest FROM ids WHERE distance < 2147483648; -- the others are above the number
  RETURN coalesce(oldest, next_id)::text::xid8;
END $$;
`;

/** As it was, with `es_border` in place of the oldest transaction of the cluster. */
const sequence = `
CREATE OR REPLACE FUNCTION event_store.es_sequence(p_max int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
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
  IF h.lo = h.hi AND event_store.es_border() <= h.hi THEN RETURN -1; END IF;

  SELECT * INTO h FROM event_store.es_head FOR UPDATE;
  LOOP
    IF h.lo = h.hi THEN -- drained: open the next window
      border := greatest(h.hi, event_store.es_border());
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

/** A batch of the leader of this epoch; -2 = another has taken the lead. */
const fenced = `
CREATE FUNCTION event_store.es_sequence(p_max int, p_epoch bigint) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog AS $$
BEGIN
  PERFORM 1 FROM event_store.es_leader WHERE epoch = p_epoch;
  IF NOT FOUND THEN RETURN -2; END IF;
  RETURN event_store.es_sequence(p_max);
END $$;
`;

const grants = `
REVOKE ALL ON FUNCTION event_store.es_sequence(int, bigint), event_store.es_lead(text, int),
  event_store.es_leave(bigint), event_store.es_border() FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'dittoo_app') THEN
    GRANT SELECT ON event_store.es_leader TO dittoo_app;
    GRANT EXECUTE ON FUNCTION event_store.es_sequence(int, bigint), event_store.es_lead(text, int),
      event_store.es_leave(bigint) TO dittoo_app;
  END IF;
END $$;
`;

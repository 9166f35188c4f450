import { randomUUID } from 'node:crypto';
import { event } from './append.mjs';
import { interleaved } from './rounds.mjs';

/** @typedef {import('./rounds.mjs').Result} Result */
/** @typedef {import('./test-environment.mjs').TestEnvironment} TestEnvironment */
/** @typedef {(environment: Pick<TestEnvironment, 'pool' | 'store'>, rounds: import('./rounds.mjs').Rounds, say: (text: string) => void) => Promise<import('./table.mjs').Run[]>} Bench */

/** @type {(events: number, work: () => Promise<void>) => Promise<number>} events per second */
const timed = async (events, work) => {
  const begun = performance.now();
  await work();
  return (events * 1000) / (performance.now() - begun);
};

/**
 * 500 events in one append, beside one INSERT of the same 500 rows.
 *
 * @type {Bench}
 */
export const benchBatch = async ({ pool, store }, rounds, say) => {
  say('batches of 500 …');
  const size = 500;
  const repeat = async (/** @type {() => Promise<unknown>} */ work) =>
    timed(size * 4, async () => {
      for (let i = 0; i < 4; i++) await work();
    });
  const raw = () => {
    const stream = `order-${randomUUID()}`;
    const events = Array.from({ length: size }, () => event(randomUUID()));
    return pool.query({
      name: 'raw-batch',
      text: `INSERT INTO bench.raw SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[], $7::timestamptz[])`,
      values: [
        stream,
        events.map((_, revision) => revision),
        events.map(({ eventId }) => eventId),
        events.map(({ type }) => type),
        events.map(({ data }) => JSON.stringify(data)),
        events.map(({ metadata }) => JSON.stringify(metadata)),
        events.map(() => new Date()),
      ],
    });
  };
  const append = () =>
    store.append(
      `order-${randomUUID()}`,
      Array.from({ length: size }, () => event(randomUUID())),
      'no-stream',
    );
  const results = await interleaved(rounds, 'raw', { raw: () => repeat(raw), append: () => repeat(append) });
  return [
    {
      name: 'append of 500 events',
      unit: 'events/s',
      value: results.append.rate,
      baseline: results.raw.rate,
      ratio: results.append.ratio,
      target: 0.8,
    },
  ];
};

/**
 * A stream of 10,000 events and the whole log, beside the same rows by SQL in the same pages of 1000.
 *
 * @type {Bench}
 */
export const benchReads = async ({ pool, store }, rounds, say) => {
  say('reads …');
  const stream = `order-${randomUUID()}`;
  /** @type {bigint | 'no-stream'} */
  let revision = 'no-stream';
  for (let i = 0; i < 20; i++) {
    const appended = await store.append(
      stream,
      Array.from({ length: 500 }, () => event(randomUUID())),
      revision,
    );
    revision = appended.revision;
  }
  const end = performance.now() + 60_000;
  for (
    let page = await store.readAll({ after: null, limit: 1 });
    ;
    page = await store.readAll({ after: null, limit: 1 })
  ) {
    const { rows } = await pool.query(
      'SELECT (SELECT count(*) FROM event_store.es_event) = (SELECT count(*) FROM event_store.es_log) AS settled',
    );
    if (page.events.length > 0 && rows[0].settled) break;
    if (performance.now() > end) throw new Error('the log was not put in order within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const most = 20_000;
  const results = {
    stream: await interleaved(rounds, 'raw', {
      raw: () =>
        timed(10_000, async () => {
          for (let from = 0; ; from += 1000) {
            const { rowCount } = await pool.query({
              name: 'raw-stream',
              text: `SELECT revision, event_id, type, data, meta, recorded_at FROM event_store.es_event
                     WHERE stream_id = $1 AND revision >= $2 ORDER BY revision LIMIT 1000`,
              values: [stream, from],
            });
            if (rowCount === 0) break;
          }
        }),
      store: () =>
        timed(10_000, async () => {
          let seen = 0;
          for await (const { type } of store.readStream(stream)) seen += type.length > 0 ? 1 : 0;
          if (seen !== 10_000) throw new Error(`read ${seen} of 10000 events`);
        }),
    }),
    all: await interleaved(rounds, 'raw', {
      raw: () =>
        timed(most, async () => {
          for (let after = -1, read = 0; read < most; read += 1000) {
            const { rows } = await pool.query({
              name: 'raw-all',
              text: `SELECT seq, stream_id, revision, event_id, type, data, meta, recorded_at FROM event_store.es_event
                     WHERE seq > $1 ORDER BY seq LIMIT 1000`,
              values: [after],
            });
            if (rows.length === 0) break;
            after = rows.at(-1).seq;
          }
        }),
      store: () =>
        timed(most, async () => {
          /** @type {bigint | null} */
          let after = null;
          for (let read = 0; read < most;) {
            /** @type {import('@dittoo/kernel').LogPage} */
            const page = await store.readAll({ after, limit: 1000 });
            if (page.events.length === 0) break;
            read += page.events.length;
            after = page.checkpoint;
          }
        }),
    }),
  };
  /** @type {(name: string, result: { store: Result, raw: Result }) => import('./table.mjs').Run} */
  const run = (name, { raw, store: ours }) => ({
    name,
    unit: 'events/s',
    value: ours.rate,
    baseline: raw.rate,
    ratio: ours.ratio,
    target: 0.8,
  });
  return [
    run('read of a stream of 10,000 events', results.stream),
    run(`read of the whole log, ${most.toLocaleString('en')} events`, results.all),
  ];
};

import { newId } from '@dittoo/kernel';
import { RowsOfPage, TypeOrmInbox } from '@dittoo/projections';
import { DataSource } from 'typeorm';
import { SubjectTrailProjection } from '../../apps/audit/dist/subject-trail/subject-trail.projection.js';
import { toMessage } from '../../libs/messaging/dist/kafka-message.js';

/** @typedef {import('./kafka-environment.mjs').KafkaEnvironment} KafkaEnvironment */
/** @typedef {import('./table.mjs').Run} Run */
/** @typedef {(text: string) => void} Say */
/** @typedef {{ perSecond: number, seconds: number }} Load */
/** @typedef {import('@dittoo/kernel').AnyDelivered} AnyDelivered */

const perSubject = 5;
const bareTopic = 'bench.bare';

/**
 * Fills the log: five events about each person.
 *
 * @type {(environment: KafkaEnvironment, size: number) => Promise<void>}
 */
const fill = async ({ consentGiven, sealer, store }, size) => {
  for (let done = 0; done < size;) {
    const appends = Array.from({ length: 32 }, async () => {
      const subjectId = newId();
      const events = await sealer.seal(Array.from({ length: perSubject }, () => consentGiven(subjectId)));
      await store.append(`consent-${subjectId}`, events, 'no-stream');
    });
    await Promise.all(appends);
    done += 32 * perSubject;
  }
};

const quiet = {
  repeated: () => {},
  healed: () => {},
  parked: () => {},
  retrying: () => {},
  replayFailed: () => {},
  tookIn: () => {},
};

/**
 * The relay catches up with a log that stands; beside it a bare producer sends the same messages.
 *
 * @type {(environment: KafkaEnvironment, size: number, say: Say) => Promise<Run[]>}
 */
export const benchRelay = async (environment, size, say) => {
  say(`filling the log with ${size.toLocaleString('en')} events …`);
  const stopAudit = await environment.start('audit'); // its sequencer gives the positions
  await fill(environment, size);
  const total = await environment.until(async () => {
    const { rows } = await environment.pool.query('SELECT count(*)::int AS n FROM event_store.es_event');
    return (await environment.sequenced()) === rows[0].n && Number(rows[0].n);
  });
  await stopAudit();

  say('relaying it …');
  const begun = performance.now();
  const stopRelay = await environment.start('relay');
  /** @type {{ at: number, position: number } | null} */
  let first = null;
  await environment.until(async () => {
    const { rows } = await environment.pool.query('SELECT position FROM relay.checkpoint');
    const position = rows[0]?.position == null ? -1 : Number(rows[0].position);
    if (position >= 0) first ??= { at: performance.now(), position };
    return position === total - 1;
  });
  const ended = performance.now();
  await stopRelay();
  const from = first ?? { at: begun, position: -1 };
  const relayed = ((total - 1 - from.position) * 1000) / (ended - from.at);

  say('the same messages by a bare producer …');
  const messages = [];
  /** @type {bigint | null} */
  let after = null;
  while (messages.length < total) {
    /** @type {import('@dittoo/kernel').LogPage} */
    const page = await environment.store.readAll({ after, limit: 1000 });
    for (const event of page.events) messages.push(toMessage(event));
    after = page.checkpoint;
  }
  const admin = environment.kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: bareTopic, numPartitions: 6, replicationFactor: 1 }] });
  await admin.disconnect();
  const producer = environment.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const sent = performance.now();
  for (let start = 0; start < messages.length; start += 500) {
    await producer.sendBatch({
      acks: -1,
      topicMessages: [{ topic: bareTopic, messages: messages.slice(start, start + 500) }],
    });
  }
  const bare = (messages.length * 1000) / (performance.now() - sent);
  await producer.disconnect();
  return [
    {
      name: 'relay, log to Kafka, sustained',
      unit: 'events/s',
      value: relayed,
      baseline: bare,
      ratio: relayed / bare,
      atLeast: 5_000,
    },
  ];
};

/**
 * The trail of persons is built anew from the log; beside it the same rows inserted in statements of 500.
 *
 * @type {(environment: KafkaEnvironment, say: Say) => Promise<Run[]>}
 */
export const benchRebuild = async (environment, say) => {
  say('rebuilding a read model from the log …');
  const rows = new DataSource({ type: 'postgres', url: environment.url, poolSize: 4 });
  await rows.initialize();
  try {
    const total = await environment.sequenced();
    const projection = new SubjectTrailProjection();
    const inbox = new TypeOrmInbox(rows, environment.store, quiet);
    const group = 'bench.subject-trail';
    await rows.query('TRUNCATE audit.subject_trail');
    /** @type {import('@dittoo/kernel').GroupHandling<import('typeorm').EntityManager>} */
    const handling = {
      handles: () => true,
      handle: async (event, transaction, page) => projection.recorded(event, { group, transaction, ...page }),
      poisoned: async () => {
        throw new Error('an event was poison');
      },
    };
    const begun = performance.now();
    await inbox.catchUp(group, ['consent'], handling, new AbortController().signal);
    const rebuilt = (total * 1000) / (performance.now() - begun);
    const [{ n }] = await rows.query('SELECT count(*)::int AS n FROM audit.subject_trail');
    if (n !== total) throw new Error(`${n} of ${total} rows were rebuilt`);

    /** @type {(readonly AnyDelivered[])[]} */
    const pages = [];
    /** @type {bigint | null} */
    let after = null;
    for (;;) {
      /** @type {import('@dittoo/kernel').LogPage} */
      const page = await environment.store.readAll({ after, limit: 500 });
      if (page.events.length === 0) break;
      pages.push(page.events);
      after = page.checkpoint;
    }
    await rows.query('TRUNCATE audit.subject_trail');
    const inserted = performance.now();
    for (const events of pages) {
      const page = new RowsOfPage(rows.manager);
      for (const event of events) projection.recorded(event, { group, transaction: rows.manager, ...page });
      await page.written();
    }
    const bare = (total * 1000) / (performance.now() - inserted);
    return [
      {
        name: 'rebuild of a projection from the log',
        unit: 'events/s',
        value: rebuilt,
        baseline: bare,
        ratio: rebuilt / bare,
        atLeast: 10_000,
      },
    ];
  } finally {
    await rows.destroy();
  }
};

/** @type {(values: readonly number[], share: number) => number} */
const percentile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

/**
 * From the call of append to the row another process wrote, at a steady rate; beside it Kafka alone, there and back.
 *
 * @type {(environment: KafkaEnvironment, load: Load, say: Say) => Promise<Run[]>}
 */
export const benchLatency = async (environment, { perSecond, seconds }, say) => {
  say(`append to projected row at ${perSecond} events/s for ${seconds} s …`);
  const stops = [await environment.start('audit'), await environment.start('relay')];
  // By person and not by position: partitions go on side by side, so rows do not come in the order of the log.
  /** @type {Map<string, number>} */
  const waiting = new Map();
  /** @type {number[]} */
  const took = [];
  const noteRows = async () => {
    const { rows } = await environment.pool.query(
      'SELECT subject_id FROM audit.subject_trail WHERE subject_id = ANY ($1)',
      [[...waiting.keys()]],
    );
    const at = performance.now();
    for (const { subject_id: id } of rows) {
      took.push(at - (waiting.get(id) ?? at));
      waiting.delete(id);
    }
  };
  const append = async () => {
    const subjectId = newId();
    const events = await environment.sealer.seal([environment.consentGiven(subjectId)]);
    waiting.set(subjectId, performance.now());
    await environment.store.append(`consent-${subjectId}`, events, 'no-stream');
  };
  // Once round, so that consumers have joined before anything is measured.
  await Promise.all(Array.from({ length: 20 }, append));
  await environment.until(async () => (await noteRows(), waiting.size === 0));
  took.length = 0;
  let stopped = false;
  const watch = (async () => {
    while (!stopped || waiting.size > 0) {
      await noteRows();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const appends = [];
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = begun + (n * 1000) / perSecond;
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    appends.push(append());
  }
  await Promise.all(appends);
  stopped = true;
  await watch;

  const bare = await bareRound(environment, { perSecond, seconds: Math.min(seconds, 5) });
  for (const stop of stops) await stop();
  /** @type {(share: number, atMost: number) => Run} */
  const run = (share, atMost) => {
    const [value, baseline] = [percentile(took, share), percentile(bare, share)];
    return {
      name: `append to projected row at ${perSecond} events/s, p${share * 100}`,
      unit: 'ms',
      value,
      baseline,
      ratio: value / baseline,
      atMost,
    };
  };
  return [run(0.5, 60), run(0.99, 250)];
};

/**
 * Messages sent and received by the client alone.
 *
 * @type {(environment: Pick<KafkaEnvironment, 'kafka'>, load: Load) => Promise<number[]>} milliseconds of each
 */
const bareRound = async ({ kafka }, { perSecond, seconds }) => {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const consumer = kafka.consumer({ groupId: 'bench.bare', maxWaitTimeInMs: 500 });
  /** @type {number[]} */
  const took = [];
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: bareTopic, fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    eachMessage: async ({ message }) => {
      const at = Number(message.headers?.at ?? Number.NaN);
      if (!Number.isNaN(at)) took.push(performance.now() - at);
    },
  });
  await joined;
  /** @type {Promise<unknown>} */
  let sending = Promise.resolve();
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = begun + (n * 1000) / perSecond;
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    const message = { value: 'x'.repeat(700), headers: { at: String(performance.now()) } };
    sending = sending.then(() => producer.send({ topic: bareTopic, acks: -1, messages: [message] }));
  }
  await sending;
  for (const end = Date.now() + 10_000; took.length < perSecond * seconds && Date.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  return took;
};

/**
 * `npm run bench:kafka`: delivery by Kafka on one machine: relay and audit as processes of their own, a real broker, the
 * embedded PostgreSQL, and beside each the same work with nothing of ours; then the whole distributed shop beside the
 * shop as one command. Progress goes to standard error; `--json` prints one JSON document and nothing else.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, stopBroker } from './kafka/broker.mjs';

const sections = ['relay', 'rebuild', 'latency', 'orders'];
const usage = `npm run bench:kafka [-- --json] [--quick] [--only ${sections.join(',')}]   (Java 17 and Maven bring the broker)

  relay, rebuild, latency   the log to Kafka, a read model from the log, an append to its row; they build on each other
  orders                    full orders of the distributed shop beside the shop as one command`;

const flags = process.argv.slice(2);
if (flags.includes('--help') || flags.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
const json = flags.includes('--json');
const quick = flags.includes('--quick');
const named = flags.includes('--only') ? (flags[flags.indexOf('--only') + 1] ?? '').split(',') : sections;
const stranger = named.find((name) => !sections.includes(name));
if (stranger !== undefined) {
  console.error(`There is no section "${stranger}": ${sections.join(', ')}`);
  process.exit(2);
}
const say = (/** @type {string} */ text) => void process.stderr.write(`${text}\n`);

const { stopAll } = await import('./bench/child.mjs');
const { document, table } = await import('./bench/table.mjs');

const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-bench-kafka-'));
chmodSync(dataDir, 0o711); // as root the database runs as another user, who has to get through here
const brokerDir = join(dataDir, 'broker');
const tidyUp = async () => {
  await stopAll();
  await stopBroker(brokerDir);
  rmSync(dataDir, { recursive: true, force: true });
};
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => void tidyUp().then(() => process.exit(1)));
}

/** @type {import('./bench/table.mjs').Run[]} */
const runs = [];

/** Each of these needs the log that the first one fills. @param {string[]} brokers */
const benchDelivery = async (brokers) => {
  const { openKafkaEnvironment } = await import('./bench/kafka-environment.mjs');
  const { benchLatency, benchRebuild, benchRelay } = await import('./bench/kafka.mjs');
  const environment = await openKafkaEnvironment(dataDir, brokers);
  try {
    const [size, seconds] = quick ? [40_000, 5] : [60_000, 20];
    const load = `${size.toLocaleString('en')} events`;
    const relayed = await benchRelay(environment, size, say);
    if (named.includes('relay')) runs.push(...relayed.map((run) => ({ ...run, load })));
    if (named.includes('rebuild'))
      runs.push(...(await benchRebuild(environment, say)).map((run) => ({ ...run, load })));
    if (named.includes('latency')) {
      const measured = await benchLatency(environment, { perSecond: 200, seconds }, say);
      runs.push(...measured.map((run) => ({ ...run, load: `200 events/s for ${seconds} s` })));
    }
  } finally {
    await environment.close();
  }
};

try {
  const { brokers } = await startBroker({ dir: brokerDir });
  say(`${availableParallelism()} cores, Node ${process.version}, one Kafka broker, all on this machine`);
  if (named.some((name) => name !== 'orders')) await benchDelivery(brokers);
  if (named.includes('orders')) {
    const { benchDistributed } = await import('./bench/distributed.mjs');
    const setting = quick
      ? { customers: 60, rounds: 2, roundMs: 3_000, seconds: 8, trials: 2 }
      : { customers: 200, rounds: 5, roundMs: 10_000, seconds: 60, trials: 5 };
    runs.push(...(await benchDistributed(dataDir, brokers, setting, say)));
  }
} finally {
  await tidyUp();
}
console.log(json ? document(runs) : `\n${table(runs)}`);

/**
 * `npm run bench:kafka`: delivery by Kafka on one machine: relay and audit as processes of their own, a real broker, the
 * embedded PostgreSQL; beside each the same work with nothing of ours. `--json` prints one JSON document and nothing
 * else on standard output; `--quick` takes fewer events and less time.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker, stopBroker } from './kafka/broker.mjs';

const flags = process.argv.slice(2);
if (flags.includes('--help')) {
  console.log('npm run bench:kafka [-- --json] [--quick]   (Java 17 and Maven bring the broker)');
  process.exit(0);
}
const json = flags.includes('--json');
const quick = flags.includes('--quick');
/** @type {(text: string) => void} */
const say = (text) => (json ? process.stderr : process.stdout).write(`${text}\n`);

const { openKafkaEnvironment } = await import('./bench/kafka-environment.mjs');
const { benchLatency, benchRebuild, benchRelay } = await import('./bench/kafka.mjs');
const { document, table } = await import('./bench/table.mjs');

const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-bench-kafka-'));
chmodSync(dataDir, 0o711);
const brokerDir = join(dataDir, 'broker');
/** @type {import('./bench/table.mjs').Run[]} */
const runs = [];
let environment;
try {
  const { brokers } = await startBroker({ dir: brokerDir });
  environment = await openKafkaEnvironment(dataDir, brokers);
  say(
    `${availableParallelism()} cores, Node ${process.version}, PostgreSQL ${environment.version}, one Kafka broker, all on this machine`,
  );
  const size = quick ? 10_000 : 60_000;
  runs.push(...(await benchRelay(environment, size, say)));
  runs.push(...(await benchRebuild(environment, say)));
  runs.push(...(await benchLatency(environment, { perSecond: 200, seconds: quick ? 5 : 20 }, say)));
} finally {
  await environment?.close();
  await stopBroker(brokerDir);
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(json ? document(runs) : `\n${table(runs)}`);

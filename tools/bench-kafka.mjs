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
const say = (text) => (json ? process.stderr : process.stdout).write(`${text}\n`);

const { openKafkaGround } = await import('./bench/kafka-ground.mjs');
const { benchLatency, benchRebuild, benchRelay } = await import('./bench/kafka.mjs');
const { document, table } = await import('./bench/table.mjs');

const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-bench-kafka-'));
chmodSync(dataDir, 0o711);
const brokerDir = join(dataDir, 'broker');
const runs = [];
let ground;
try {
  const { brokers } = await startBroker({ dir: brokerDir });
  ground = await openKafkaGround(dataDir, brokers);
  say(
    `${availableParallelism()} cores, Node ${process.version}, PostgreSQL ${ground.version}, one Kafka broker, all on this machine`,
  );
  const size = quick ? 10_000 : 60_000;
  runs.push(...(await benchRelay(ground, size, say)));
  runs.push(...(await benchRebuild(ground, say)));
  runs.push(...(await benchLatency(ground, { perSecond: 200, seconds: quick ? 5 : 20 }, say)));
} finally {
  await ground?.close();
  await stopBroker(brokerDir);
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(json ? document(runs) : `\n${table(runs)}`);

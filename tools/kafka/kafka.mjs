/** `npm run kafka -- start|stop|kill9|status`: an Apache Kafka on loopback, without Docker. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrokerNotAvailable, runningBroker, startBroker, stopBroker } from './broker.mjs';

const usage = `npm run kafka -- start|stop|kill9|status

  start    fetches Apache Kafka with Maven if need be (Java 17 or later), starts one broker on 127.0.0.1
  stop     ends it in order          kill9    ends it as a crash does; start finds the data again
  status   is it running, and where

  KAFKA_PORT   its port, else a free one; kept for the next start
  KAFKA_DIR    where it keeps everything (./.data/kafka/broker); remove it to begin anew`;

const dir = resolve(process.env.KAFKA_DIR ?? fileURLToPath(new URL('../../.data/kafka/broker', import.meta.url)));

const where = () => {
  const file = join(dir, 'ports.json');
  return existsSync(file) ? `127.0.0.1:${JSON.parse(readFileSync(file, 'utf8')).plain}` : undefined;
};

/** @type {Record<string, () => Promise<void>>} */
const commands = {
  start: async () => {
    if (runningBroker(dir) === undefined) {
      const port = process.env.KAFKA_PORT === undefined ? {} : { port: Number(process.env.KAFKA_PORT) };
      await startBroker({ dir, ...port });
    }
    console.log(`Kafka listens. For the services and for \`npm run topics\`:\n\n  export KAFKA_BROKERS=${where()}\n`);
  },
  stop: async () => console.log((await stopBroker(dir)) ? 'Kafka is stopped.' : 'Kafka was not running.'),
  kill9: async () => console.log((await stopBroker(dir, 'SIGKILL')) ? 'Kafka is killed.' : 'Kafka was not running.'),
  status: async () => {
    const pid = runningBroker(dir);
    console.log(pid === undefined ? 'Kafka is not running.' : `Kafka runs at ${where()}, pid ${pid}.`);
    process.exitCode = pid === undefined ? 1 : 0;
  },
};

const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  console.log(usage);
  process.exit(process.argv.length > 2 && !['-h', '--help'].includes(process.argv[2] ?? '') ? 1 : 0);
}
await command().catch((error) => {
  console.error(error instanceof BrokerNotAvailable ? error.message : error);
  process.exit(1);
});

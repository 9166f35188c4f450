/**
 * `npm run topics`: makes the topics that the shop needs on `KAFKA_BROKERS`, and compares those that exist. Part of a
 * deployment: no service ever makes a topic. Ends with 1 when a topic is not what it should be.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const usage = `npm run topics - makes the topics that are missing, compares the others

  KAFKA_BROKERS      host:port[,host:port]; KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_CA_FILE as for the services
  KAFKA_PARTITIONS   of a topic of events (6). It never changes, so that a stream stays in one partition
  KAFKA_REPLICATION  replicas of every partition (1); 3 in production, where two must acknowledge
  KAFKA_TOPIC_PREFIX before every topic (dittoo.)`;

const day = 86_400_000;

/** Every group of handlers and its event types, read from the compiled services. */
const readGroups = async () => {
  /** @type {Map<string, Set<string>>} */
  const groups = new Map();
  const apps = fileURLToPath(new URL('../../apps', import.meta.url));
  const files = readdirSync(apps, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^[^/\\]+[/\\]dist[/\\].*\.(projection|reactor|controller)\.js$/.test(file),
  );
  for (const file of files) {
    for (const exported of Object.values(await import(new URL(`../../apps/${file}`, import.meta.url).href))) {
      if (typeof exported !== 'function' || exported.prototype === undefined) continue;
      for (const { value: method } of Object.values(Object.getOwnPropertyDescriptors(exported.prototype))) {
        if (typeof method !== 'function') continue;
        const patterns = Reflect.getMetadata('microservices:pattern', method) ?? [];
        const { group } = Reflect.getMetadata('microservices:pattern_extras', method) ?? {};
        if (group === undefined) continue;
        groups.set(group, new Set([...(groups.get(group) ?? []), ...patterns]));
      }
    }
  }
  return groups;
};

const run = async () => {
  await import('reflect-metadata');
  const { categoriesOf, categoriesFor, createKafka, deadLetterTopicOf, ensureTopics, topicOf } =
    await import('@dittoo/messaging');
  const { schemaMap } = await import('@dittoo/contracts');
  const { kafkaSettings, readKafkaConfig, readTopicsConfig } = await import('@dittoo/platform');
  const { readTogether } = await import('../../libs/kernel/dist/settings.js');
  const { config, topicsConfig } = readTogether({
    config: () => readKafkaConfig(process.env),
    topicsConfig: () => readTopicsConfig(process.env),
  });
  if (config === null) throw new Error('KAFKA_BROKERS must say where Kafka is');
  const { partitions: partitionsOfEvents, replication } = topicsConfig;
  /** @type {(topic: string, partitions: number, days: number) => Parameters<typeof ensureTopics>[1][number]} */
  const wanted = (topic, partitions, days) => ({ topic, partitions, replication, retentionMs: days * day });
  const groups = await readGroups();
  const topics = [
    ...categoriesOf(schemaMap).map((category) => wanted(topicOf(config.topicPrefix, category), partitionsOfEvents, 7)),
    // Messages that a group could not read are kept longer than the others, since a person investigates them.
    ...[...groups].flatMap(([group, types]) =>
      categoriesFor(types, schemaMap).map((category) =>
        wanted(deadLetterTopicOf(topicOf(config.topicPrefix, category), group), 1, 30),
      ),
    ),
  ];
  const kafka = createKafka(kafkaSettings(config, 'topics'), () => undefined);
  const outcomes = await ensureTopics(kafka, topics);
  for (const { topic, outcome, objections } of outcomes) {
    if (outcome === 'created') console.log(`made   ${topic}`);
    for (const objection of objections) console.error(`wrong  ${topic}: ${objection}`);
  }
  const wrong = outcomes.filter(({ outcome }) => outcome === 'wrong').length;
  console.log(`${outcomes.length} topics for ${groups.size} groups: ${outcomes.length - wrong} right, ${wrong} wrong`);
  process.exitCode = wrong === 0 ? 0 : 1;
};

if (process.argv.length > 2) console.log(usage);
else {
  await run().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

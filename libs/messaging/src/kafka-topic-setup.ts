import kafkajs, { type Admin, type Kafka } from 'kafkajs';

export interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly retentionMs: number;
}

/** The result for a topic; `wrong` = it exists with other settings than wanted, which only an operator may change. */
export interface TopicOutcome {
  readonly topic: string;
  readonly outcome: 'created' | 'right' | 'wrong';
  readonly objections: readonly string[];
}

/**
 * Creates missing topics and checks the others. The number of partitions of a keyed topic can never change: with more
 * of them a stream's later events would go to another partition than its earlier ones.
 *
 * Safe to repeat, also by two processes at a time.
 */
export const ensureTopics = async (kafka: Kafka, wanted: readonly WantedTopic[]): Promise<readonly TopicOutcome[]> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const before = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !before.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions, replication, retentionMs }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor: replication,
          configEntries: Object.entries(settingsOf({ replication, retentionMs })).map(([name, value]) => ({
            name,
            value,
          })),
        })),
      });
    }
    const objections = await mismatchesOf(admin, wanted);
    return wanted.map(({ topic }) => ({
      topic,
      outcome: objections.get(topic)!.length > 0 ? 'wrong' : before.has(topic) ? 'right' : 'created',
      objections: objections.get(topic)!,
    }));
  } finally {
    await admin.disconnect();
  }
};

/** With three replicas, an acknowledged event is on at least two brokers. */
const settingsOf = ({ replication, retentionMs }: Pick<WantedTopic, 'replication' | 'retentionMs'>) => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'min.insync.replicas': String(replication >= 3 ? 2 : 1),
});

const mismatchesOf = async (admin: Admin, wanted: readonly WantedTopic[]): Promise<ReadonlyMap<string, string[]>> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic })),
  });
  return new Map(
    wanted.map((want) => {
      const partitions = topics.find(({ name }) => name === want.topic)?.partitions ?? [];
      const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
      const entries = resources.find(({ resourceName }) => resourceName === want.topic)?.configEntries ?? [];
      const objections = Object.entries(settingsOf(want)).flatMap(([name, value]) => {
        const actual = entries.find(({ configName }) => configName === name)?.configValue;
        return actual === value ? [] : [`${name} is ${actual}, not ${value}`];
      });
      if (partitions.length !== want.partitions) {
        objections.unshift(`it has ${partitions.length} partitions, not ${want.partitions}`);
      }
      if (replicas < want.replication) objections.push(`it has ${replicas} replicas, not ${want.replication}`);
      return [want.topic, objections];
    }),
  );
};

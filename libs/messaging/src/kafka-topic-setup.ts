import kafkajs, { type Admin, type Kafka } from 'kafkajs';

export interface WantedTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  readonly retentionMs: number;
}

/** What became of a topic; `wrong` = it is there and is not what is wanted, which only a person may change. */
export interface TopicOutcome {
  readonly topic: string;
  readonly outcome: 'created' | 'right' | 'wrong';
  readonly objections: readonly string[];
}

/**
 * Makes the topics that are missing and looks at the others. The number of partitions of a topic with keys is for ever:
 * more of them would send a stream to another partition in the middle of its life.
 *
 * Safe to repeat, also by two at a time.
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
    const objections = await lookAt(admin, wanted);
    return wanted.map(({ topic }) => ({
      topic,
      outcome: objections.get(topic)!.length > 0 ? 'wrong' : before.has(topic) ? 'right' : 'created',
      objections: objections.get(topic)!,
    }));
  } finally {
    await admin.disconnect();
  }
};

/** An acknowledged event is on two brokers wherever there are three. */
const settingsOf = ({ replication, retentionMs }: Pick<WantedTopic, 'replication' | 'retentionMs'>) => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'min.insync.replicas': String(replication >= 3 ? 2 : 1),
});

const lookAt = async (admin: Admin, wanted: readonly WantedTopic[]): Promise<ReadonlyMap<string, string[]>> => {
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
        const found = entries.find(({ configName }) => configName === name)?.configValue;
        return found === value ? [] : [`${name} is ${found}, not ${value}`];
      });
      if (partitions.length !== want.partitions) {
        objections.unshift(`it has ${partitions.length} partitions, not ${want.partitions}`);
      }
      if (replicas < want.replication) objections.push(`it has ${replicas} replicas, not ${want.replication}`);
      return [want.topic, objections];
    }),
  );
};

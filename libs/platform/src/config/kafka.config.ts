import {
  bothOrNeither,
  duration,
  path,
  readSettings,
  setting,
  SettingGroup,
  text,
  wholeNumber,
  type ConfigOf,
  type Environment,
  type Rule,
} from '@dittoo/kernel/settings';
import { shopPrograms } from './service-ports.js';

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** PEM of the authority behind the brokers' certificates; `null` = no TLS. */
  readonly caFile: string | null;
  readonly topicPrefix: string;
  /** How long Kafka waits for a heartbeat before it gives a consumer's partitions to another one. */
  readonly sessionTimeoutMs: number;
}

const brokerAddress = /^[\w.-]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i;

const readBrokers = (given: string): readonly string[] => {
  const brokers = given.split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => brokerAddress.test(broker))) {
    throw new Error('KAFKA_BROKERS must be host:port, several with a comma between them');
  }
  return brokers;
};

export const kafkaVariables = new SettingGroup({
  title: 'Kafka',
  remark: 'Separate processes need a Kafka; one process can do without.',
  readBy: [...shopPrograms, 'topics'],
  settings: {
    kafkaBrokers: setting(
      'KAFKA_BROKERS',
      {
        means: 'Addresses of brokers, `host:port`, several with a comma between them.',
        otherwise: 'events travel inside the process',
        example: 'kafka-1.example.org:9092,kafka-2.example.org:9092',
      },
      readBrokers,
    ),
    kafkaUsername: text('KAFKA_USERNAME', {
      means: 'User of SCRAM-SHA-512.',
      otherwise: 'no login',
      example: 'shop',
    }),
    kafkaPassword: text('KAFKA_PASSWORD', {
      means: 'Password of `KAFKA_USERNAME`.',
      otherwise: 'no login',
      example: 'password',
      isSecret: true,
    }),
    kafkaCaFile: path('KAFKA_CA_FILE', {
      means: "PEM file of the authority behind the brokers' certificates.",
      otherwise: 'no TLS',
      example: '/keys/kafka-ca/ca.crt',
    }),
    kafkaTopicPrefix: text('KAFKA_TOPIC_PREFIX', {
      means: 'Beginning of the name of every topic and group.',
      default: 'dittoo.',
      example: 'shop.',
      pattern: /^[\w.-]{1,100}$/,
      must: 'be letters, digits, . _ or -',
    }),
    kafkaSessionTimeoutMs: duration('KAFKA_SESSION_TIMEOUT', {
      means: 'How long a killed consumer keeps its partitions before another one gets them.',
      default: 'PT30S',
      example: 'PT10S',
      least: 'PT6S',
      because: 'brokers take no less',
    }),
  },
});

type KafkaValues = ConfigOf<typeof kafkaVariables.settings>;

export const kafkaRules: readonly Rule<KafkaValues>[] = [
  bothOrNeither(kafkaVariables.settings, 'kafkaUsername', 'kafkaPassword'),
];

/** `null` = events are delivered inside this process. */
export const kafkaConfigOf = (values: KafkaValues): KafkaConfig | null => {
  const { kafkaBrokers: brokers, kafkaUsername: username, kafkaPassword: password } = values;
  if (brokers === null) return null;
  return {
    brokers,
    credentials: username === null || password === null ? null : { username, password },
    caFile: values.kafkaCaFile,
    topicPrefix: values.kafkaTopicPrefix,
    sessionTimeoutMs: values.kafkaSessionTimeoutMs,
  };
};

/** `null` = KAFKA_BROKERS is not set. @throws SettingsError names the wrong variables */
export const readKafkaConfig = (env: Environment): KafkaConfig | null =>
  kafkaConfigOf(readSettings(env, kafkaVariables.settings, kafkaRules));

export const topicVariables = new SettingGroup({
  title: 'Topics',
  remark: 'For `npm run topics` alone.',
  readBy: ['topics'],
  settings: {
    partitions: wholeNumber('KAFKA_PARTITIONS', {
      means: 'Partitions of a topic of events; they cannot be changed later, because more of them would split streams.',
      default: '6',
      example: '12',
      unit: 'partitions',
      least: 1,
      most: 10_000,
    }),
    replication: wholeNumber('KAFKA_REPLICATION', {
      means: 'How many brokers keep each topic; 3 in production, where two must acknowledge.',
      default: '1',
      example: '3',
      unit: 'brokers',
      least: 1,
      most: 100,
    }),
  },
});

/** The settings of `npm run topics` besides Kafka's address. @throws SettingsError names the wrong variables */
export const readTopicsConfig = (env: Environment): ConfigOf<typeof topicVariables.settings> =>
  readSettings(env, topicVariables.settings);

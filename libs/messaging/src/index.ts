export { EventDelivery, type EventGroup } from './event-delivery.js';
export { InProcessDelivery, type DeliveryLog } from './in-process-delivery.js';
export { InProcessTransport } from './in-process-transport.js';
export { createKafka, kafkaFailure, type Kafka, type KafkaLog, type KafkaSettings } from './kafka-client.js';
export { KafkaDelivery, type KafkaDeliveryOptions } from './kafka-delivery.js';
export type { KafkaAlerts } from './kafka-consumer.js';
export { KafkaPublisher, type PublisherOptions } from './kafka-publisher.js';
export { ensureTopics, type TopicOutcome, type WantedTopic } from './kafka-topic-setup.js';
export { categoriesFor, categoriesOf, deadLetterTopicOf, topicOf } from './kafka-topics.js';

/** The broker's server.properties. */
import { join } from 'node:path';

export const keystorePassword = 'loopback';

/** @type {(entries: Record<string, string | number | boolean>) => string} */
const properties = (entries) =>
  Object.entries(entries)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

/** @typedef {{ name: string, protocol: string, port: number, advertised?: number }} Listener */

/**
 * One combined node, as small as it goes: this shares a developer's machine.
 *
 * @param {object} node
 * @param {string} node.dir
 * @param {{ controller: number }} node.ports
 * @param {readonly Listener[]} node.listeners
 * @param {Readonly<Record<string, string | number | boolean>>} node.replicaOptions
 */
export const serverProperties = ({ dir, ports, listeners, replicaOptions }) =>
  properties({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: [
      ...listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
      `CONTROLLER://127.0.0.1:${ports.controller}`,
    ].join(','),
    'advertised.listeners': listeners
      .map(({ name, advertised, port }) => `${name}://127.0.0.1:${advertised ?? port}`)
      .join(','),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': [
      'CONTROLLER:PLAINTEXT',
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(','),
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.sasl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.secure.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    ...(listeners.some(({ protocol }) => protocol.endsWith('SSL'))
      ? {
          'ssl.keystore.location': join(dir, 'server.p12'),
          'ssl.keystore.type': 'PKCS12',
          'ssl.keystore.password': keystorePassword,
          'ssl.key.password': keystorePassword,
        }
      : {}),
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.segment.bytes': 33_554_432,
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'log.cleaner.threads': 1,
    'log.index.size.max.bytes': 1_048_576,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'socket.request.max.bytes': 20_971_520,
    'controlled.shutdown.enable': false,
    // A broker that was killed is let in again once its old session is over.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    ...replicaOptions,
  });

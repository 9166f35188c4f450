/**
 * What the rendered chart asks of PostgreSQL, and what the example of its clusters gives: connections and backups. Part of
 * `npm run deploy:check`.
 */
import { deepStrictEqual as same, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { serverConnections } from '../../libs/platform/dist/config/platform.config.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @typedef {any} KubernetesObject its shape was checked before, where a schema is published */
/** @typedef {{ kind: string, name: string, replicas: number, spec: any }} Pod */

/** @type {(objects: readonly KubernetesObject[], kind: string) => KubernetesObject[]} */
const ofKind = (objects, kind) => objects.filter((object) => object.kind === kind);

/** @type {(file: string) => KubernetesObject[]} */
const read = (file) =>
  parseAllDocuments(readFileSync(join(root, 'deploy/cloudnativepg', file), 'utf8')).map((document) => document.toJS());

/**
 * The connections of all pods, autoscaled to their most and during a rollout, fit into what the example of the servers
 * allows; counted from what was rendered and by the code's own division.
 *
 * @type {(objects: readonly KubernetesObject[], pods: readonly Pod[]) => void}
 */
export const connectionsFit = (objects, pods) => {
  const clusters = ofKind(read('clusters.yaml'), 'Cluster');
  /** @param {string} name @returns {number} */
  const allowed = (name) =>
    Number(clusters.find(({ metadata }) => metadata.name === name).spec.postgresql.parameters.max_connections);
  const sum = { main: 0, keyRing: 0 };
  for (const { kind, name, replicas, spec } of pods) {
    const given = spec.containers[0].env?.find(
      (/** @type {{ name: string }} */ entry) => entry.name === 'DATABASE_CONNECTIONS',
    );
    if (kind !== 'Deployment' || given === undefined) continue;
    const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(({ metadata }) => metadata.name === name);
    const most = (scaler?.spec.maxReplicas ?? replicas) + 1;
    const { keyRing, main } = serverConnections(Number(given.value));
    sum.main += most * main;
    sum.keyRing += most * keyRing;
  }
  ok(sum.main > 0 && sum.main <= allowed('dittoo-postgres') - 15, `${sum.main} connections to the shop's server`);
  ok(sum.keyRing > 0 && sum.keyRing <= allowed('dittoo-keyring') - 15, `${sum.keyRing} connections to the key ring's`);
  console.log(`   connections at their most: ${sum.main} and ${sum.keyRing}`);
  const [pooler] = ofKind(objects, 'Pooler');
  if (pooler === undefined) return;
  same(pooler.spec.pgbouncer.poolMode, 'session');
  ok(
    Number(pooler.spec.pgbouncer.parameters.max_db_connections) * pooler.spec.instances <=
      allowed('dittoo-postgres') - 15,
  );
};

/** Every cluster of the example is backed up, each into a bucket of its own, and archives its WAL there. */
export const everyClusterIsBackedUp = () => {
  const backups = read('backups.yaml');
  const stores = ofKind(backups, 'ObjectStore');
  for (const { metadata, spec } of ofKind(read('clusters.yaml'), 'Cluster')) {
    const archive = spec.plugins.find((/** @type {{ isWALArchiver?: boolean }} */ plugin) => plugin.isWALArchiver);
    same(archive.parameters.barmanObjectName, metadata.name);
    ok(
      stores.some((store) => store.metadata.name === metadata.name),
      `no ObjectStore ${metadata.name}`,
    );
    ok(
      ofKind(backups, 'ScheduledBackup').some((backup) => backup.spec.cluster.name === metadata.name),
      metadata.name,
    );
  }
  const buckets = stores.map(({ spec }) => spec.configuration.destinationPath);
  same(new Set(buckets).size, stores.length);
};

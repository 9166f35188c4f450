import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from './broker.mjs';

/** One broker for the whole run beside its PostgreSQL; a spec that kills brokers starts its own. */
export default async function setup() {
  const { default: startPostgres } = await import('../../libs/testing/dist/global-setup.js');
  const dir = mkdtempSync(join(tmpdir(), 'dittoo-kafka-'));
  const user = { username: 'shop', password: 'loopback-only' };
  const broker = await startBroker({
    dir,
    user,
    viaProxy: true,
    settings: { 'log.retention.check.interval.ms': 1_000 },
  });
  process.env.DITTOO_TEST_KAFKA = JSON.stringify({ ...broker, user, dir });
  await startPostgres();
}

import { rmSync } from 'node:fs';
import { stopBroker } from './broker.mjs';

export default async function teardown() {
  const { default: endRun } = await import('../../libs/testing/dist/global-teardown.js');
  await Promise.all([endRun(), stopBroker(globalThis.dittooKafkaDir)]);
  rmSync(globalThis.dittooKafkaDir, { recursive: true, force: true });
}

import { rmSync } from 'node:fs';
import { stopBroker } from './broker.mjs';

export default async function teardown() {
  const { dir } = JSON.parse(process.env.DITTOO_TEST_KAFKA ?? '');
  const { default: endRun } = await import('../../libs/testing/dist/global-teardown.js');
  await Promise.all([endRun(), stopBroker(dir)]);
  rmSync(dir, { recursive: true, force: true });
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asOfficer } from './customer-journey.js';
import type { ShopClient } from './shop-client.js';

/** The single file that an auditor gets and `npm run verify` runs. */
const verifier = fileURLToPath(new URL('../../../audit/dist/offline-verifier/offline-verifier.js', import.meta.url));

/** Downloads the bundle and verifies it in a process that is independent of the shop. */
export const offlineVerdict = async (
  shop: ShopClient,
): Promise<{ readonly exitCode: number | null; readonly text: string }> => {
  const directory = mkdtempSync(join(tmpdir(), 'dittoo-bundle-'));
  try {
    const { token } = await asOfficer(shop);
    const answer = await fetch(`${shop.url}/api/v1/audit/bundle`, { headers: { authorization: `Bearer ${token}` } });
    writeFileSync(join(directory, 'bundle.ndjson'), await answer.text());
    const child = spawn(process.execPath, [verifier, join(directory, 'bundle.ndjson')]);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, text };
  } finally {
    rmSync(directory, { recursive: true });
  }
};

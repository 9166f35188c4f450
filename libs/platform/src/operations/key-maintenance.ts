import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool, runningEmbeddedUrl, startEmbeddedPostgres } from '@dittoo/database';
import {
  addKeyVersion,
  FileKeyEncryption,
  keysUnderVersions,
  readKeyFile,
  removeKeyVersion,
  rewrap,
  ringKeys,
  type WrappedKeys,
} from '@dittoo/personal-data';
import type { Pool } from 'pg';
import type { PlatformConfig } from '../config/platform.config.js';
import type { ServiceSchema } from '../parts/platform-database.js';

/** A version of the key-encryption key and the number of keys wrapped under it. */
export interface KeyVersion {
  readonly version: number;
  readonly current: boolean;
  /** Keys by table. */
  readonly keys: Readonly<Record<string, number>>;
}

/** After this time every process has read the key file again. */
const seenEverywhereMs = 2_500;

/**
 * Rotates the key-encryption key while the shop runs: adds a version, rewraps every key under it, removes the old
 * version. After that the wrapped keys in backups and in the WAL can no longer be opened, so that erasures apply to
 * them too.
 *
 * Dies anywhere: the key file is complete, and every key is wrapped under an existing version; run it again.
 */
export class KeyMaintenance {
  private constructor(
    private readonly keyFile: string,
    private readonly tables: readonly { readonly pool: Pool; readonly keys: WrappedKeys }[],
    private readonly closeAll: () => Promise<void>,
  ) {}

  /** Connects to the databases of `config`; starts the embedded one where none runs. */
  static async open(config: PlatformConfig, schemas: readonly ServiceSchema[]): Promise<KeyMaintenance> {
    readKeyFile(config.keyEncryptionKeyFile); // fails before a database is started
    const { close, keyRing, main } = await databasesOf(config);
    const pools = [main, keyRing].map((url) =>
      openPool(url, { max: 2, applicationName: 'keys', onError: () => undefined }),
    ) as [Pool, Pool];
    const tables = [
      { pool: pools[1], keys: ringKeys },
      ...schemas.flatMap(({ wrappedKeys = [] }) => wrappedKeys.map((keys) => ({ pool: pools[0], keys }))),
    ];
    return new KeyMaintenance(config.keyEncryptionKeyFile, tables, async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await close();
    });
  }

  /** The tables that hold wrapped keys. */
  get known(): readonly string[] {
    return this.tables.map(({ keys }) => keys.table);
  }

  async status(): Promise<readonly KeyVersion[]> {
    const { current, keys } = readKeyFile(this.keyFile);
    const counts = await Promise.all(
      this.tables.map(
        async ({ keys: wrapped, pool }) => [wrapped.table, await keysUnderVersions(pool, wrapped)] as const,
      ),
    );
    const versions = new Set([...Object.keys(keys).map(Number), ...counts.flatMap(([, count]) => [...count.keys()])]);
    return [...versions]
      .sort((one, other) => one - other)
      .map((version) => ({
        version,
        current: version === current,
        keys: Object.fromEntries(counts.map(([table, count]) => [table, count.get(version) ?? 0])),
      }));
  }

  /** Adds a version. New keys are wrapped under it within a second, in every process. @returns it */
  rotate(): number {
    return addKeyVersion(this.keyFile);
  }

  /** @returns how many keys were rewrapped */
  async rewrap(onProgress: (table: string, done: number) => void = () => undefined): Promise<number> {
    await this.seenEverywhere();
    const encryption = FileKeyEncryption.read(this.keyFile);
    let done = 0;
    for (const { keys, pool } of this.tables) {
      done += await rewrap(pool, keys, encryption, (count) => onProgress(keys.table, count));
    }
    return done;
  }

  /** @throws Error keys are still wrapped under it, it is the current version, or it does not exist */
  async retire(version: number): Promise<void> {
    await this.seenEverywhere();
    const keys = (await this.status()).find((known) => known.version === version)?.keys ?? {};
    const left = Object.entries(keys).filter(([, count]) => count > 0);
    if (left.length > 0) {
      const where = left.map(([table, count]) => `${count} in ${table}`).join(', ');
      throw new Error(`keys are still wrapped under version ${version} (${where}): rewrap first`);
    }
    removeKeyVersion(this.keyFile, version);
  }

  close(): Promise<void> {
    return this.closeAll();
  }

  /** A process that has not read the key file since the last change still wraps under the previous version. */
  private async seenEverywhere(): Promise<void> {
    const age = Date.now() - statSync(this.keyFile).mtimeMs;
    if (age < seenEverywhereMs) await sleep(seenEverywhereMs - Math.max(age, 0));
  }
}

const databasesOf = async (
  config: PlatformConfig,
): Promise<{ readonly main: string; readonly keyRing: string; close(): Promise<void> }> => {
  if (config.databaseUrl !== null) {
    const keyRing = new URL(config.databaseUrl);
    keyRing.pathname = `${keyRing.pathname}_keyring`;
    const urls = { main: config.databaseUrl, keyRing: config.keyRingUrl ?? keyRing.toString() };
    return { ...urls, close: () => Promise.resolve() };
  }
  const dataDir = join(config.dataDir, 'postgres');
  const main = await runningEmbeddedUrl(dataDir, 'dittoo');
  if (main !== null) {
    const keyRing = config.keyRingUrl ?? (await runningEmbeddedUrl(dataDir, 'dittoo_keyring'))!;
    return { main, keyRing, close: () => Promise.resolve() };
  }
  const embedded = await startEmbeddedPostgres({ dataDir });
  const keyRing = config.keyRingUrl ?? embedded.url('dittoo_keyring');
  return { main: embedded.url('dittoo'), keyRing, close: () => embedded.stop() };
};

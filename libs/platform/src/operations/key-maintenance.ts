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

/** A version of the key-encryption key and what is wrapped under it. */
export interface KeyVersion {
  readonly version: number;
  readonly current: boolean;
  /** Keys by table. */
  readonly keys: Readonly<Record<string, number>>;
}

/** By then every process has looked at the key file again. */
const seenEverywhereMs = 2_500;

/**
 * The rotation of the key-encryption key, beside a running shop: a new version, everything wrapped anew under it, the
 * old version taken away. With it the wrapped keys in backups and in the WAL open no more, so that an erasure reaches
 * them too.
 *
 * Dies anywhere: the key file is whole, a key is wrapped under one version that is there; call it again.
 */
export class KeyMaintenance {
  private constructor(
    private readonly keyFile: string,
    private readonly tables: readonly { readonly pool: Pool; readonly keys: WrappedKeys }[],
    private readonly closeAll: () => Promise<void>,
  ) {}

  /** Connects to the databases of `config`; starts the embedded one where none runs. */
  static async open(config: PlatformConfig, schemas: readonly ServiceSchema[]): Promise<KeyMaintenance> {
    readKeyFile(config.keyEncryptionKeyFile); // before a database is started for nothing
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

  /** The tables it knows. */
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

  /** @returns how many keys were wrapped anew */
  async rewrap(onProgress: (table: string, done: number) => void = () => undefined): Promise<number> {
    await this.seenEverywhere();
    const encryption = FileKeyEncryption.read(this.keyFile);
    let done = 0;
    for (const { keys, pool } of this.tables) {
      done += await rewrap(pool, keys, encryption, (count) => onProgress(keys.table, count));
    }
    return done;
  }

  /** @throws Error keys are wrapped under it still, it is the current one, or not there */
  async retire(version: number): Promise<void> {
    await this.seenEverywhere();
    const keys = (await this.status()).find((known) => known.version === version)?.keys ?? {};
    const left = Object.entries(keys).filter(([, count]) => count > 0);
    if (left.length > 0) {
      const where = left.map(([table, count]) => `${count} in ${table}`).join(', ');
      throw new Error(`keys are wrapped under version ${version} still (${where}): rewrap first`);
    }
    removeKeyVersion(this.keyFile, version);
  }

  close(): Promise<void> {
    return this.closeAll();
  }

  /** A process that has not looked since the last change still wraps under the version before. */
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

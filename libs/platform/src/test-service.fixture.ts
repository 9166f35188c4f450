import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { tokenAudience, tokenIssuer } from '@dittoo/service';
import { testDatabase } from '@dittoo/testing';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { readPlatformConfig } from './config/platform.config.js';
import type { Platform } from './parts/platform.js';
import type { DistributedConfig } from './config/service.config.js';
import { serve, type ServiceDefinition } from './host/serve.js';

/** For specs (`@dittoo/platform/testing`): one service, alone, on its own database and a random loopback port. */
export interface TestService {
  readonly url: string;
  /** Without the keys where the service opens no personal data. */
  readonly platform: Platform;
  /** An access token as identity would issue it. `Authorization: Bearer …` ready. */
  bearer(principal: {
    readonly subjectId: string;
    readonly role?: string;
    readonly authenticatedAt?: Date;
  }): Promise<string>;
  /** Lets the sequencer and a relay run, as audit and relay do in the whole system. */
  get<T>(token: unknown): T;
  close(): Promise<void>;
}

/** A currently free loopback port. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createTcpServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

export const startTestService = async (
  service: ServiceDefinition,
  env: Readonly<Record<string, string>> = {},
  /** As behind a gateway. */
  distributed: DistributedConfig | null = null,
): Promise<TestService> => {
  const database = await testDatabase();
  const dir = mkdtempSync(join(tmpdir(), 'dittoo-test-'));
  const keyFile = join(dir, 'kek.json');
  FileKeyEncryption.generate(keyFile);
  const keys = await testKeys();
  const port = await freePort();
  const shared = readPlatformConfig(
    {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dir,
      DATABASE_URL: database.url,
      KEY_ENCRYPTION_KEY_FILE: keyFile,
      JWKS_URL: keys.url,
      LOG_LEVEL: 'silent',
      ...env,
    },
    'test',
  );
  const tidyUp = async (): Promise<void> => {
    keys.server.close();
    await database.drop();
    rmSync(dir, { recursive: true, force: true });
  };
  // A start that waits for ever must fail its suite, not hang the run.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(new Error('the service did not start within a minute')), 60_000);
  const running = await serve({ ...shared, distributed }, service, patience.signal)
    .catch(async (error: unknown) => {
      await tidyUp();
      throw error;
    })
    .finally(() => clearTimeout(timer));
  const { platform, app } = running;
  platform.sequencer?.start();
  const following = new AbortController();
  platform.publisher.began(null);
  const relay = (async () => {
    for await (const page of platform.store.subscribeToAll({ after: null, signal: following.signal })) {
      await platform.publisher.publish(page);
    }
  })();
  return {
    url: `http${distributed?.tls == null ? '' : 's'}://127.0.0.1:${port}`,
    platform: platform as Platform,
    bearer: (principal) => keys.bearer(principal),
    get: <T>(token: unknown): T => app.get(token as never) as T,
    close: async () => {
      following.abort();
      await relay.catch(() => undefined);
      await running.close();
      await tidyUp();
    },
  };
};

const testKeys = async (): Promise<{
  readonly server: Server;
  readonly url: string;
  bearer(principal: {
    readonly subjectId: string;
    readonly role?: string;
    readonly authenticatedAt?: Date;
  }): Promise<string>;
}> => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    bearer: (principal) => bearer(privateKey, principal),
  };
};

const bearer = async (
  key: CryptoKey,
  {
    subjectId,
    role = 'customer',
    authenticatedAt = new Date(),
  }: { subjectId: string; role?: string; authenticatedAt?: Date },
): Promise<string> => {
  const token = await new SignJWT({ role, sid: newId(), auth_time: Math.floor(authenticatedAt.getTime() / 1000) })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
    .setSubject(subjectId)
    .setIssuer(tokenIssuer)
    .setAudience(tokenAudience)
    .setIssuedAt()
    .setExpirationTime('10 minutes')
    .sign(key);
  return `Bearer ${token}`;
};

/** Waits for a condition. @throws if it does not hold within `timeoutMs` */
export const until = async <T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 10_000,
): Promise<T> => {
  for (const end = Date.now() + timeoutMs; ;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`the condition did not hold within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

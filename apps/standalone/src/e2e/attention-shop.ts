import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaMap } from '@dittoo/contracts';
import { newId, type DomainEvent, type SchemaMap, type Uuid } from '@dittoo/kernel';
import { FileKeyEncryption } from '@dittoo/personal-data';
import { AttentionWatcher, type ServiceDefinition } from '@dittoo/platform';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { forwardingConfigOf, readForwardingSettings } from '@dittoo/processor-forwarding';
import { newEvent, openPool, testDatabase, type TestDatabase } from '@dittoo/testing';
import type pg from 'pg';
import { defaultConfigs, servicesWith, StandaloneModule } from '../standalone.module.js';

/** An item as the list shows it. */
export interface ShownItem {
  readonly id: Uuid;
  readonly kind: string;
  readonly severity: string;
  readonly state: string;
  readonly about: Readonly<Record<string, string | null>>;
  readonly whatHappened: string;
  readonly whatToDo: string;
  readonly closedHow: string | null;
  readonly closedBy?: string | null;
  readonly reason?: string | null;
}

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

/** Nothing answers at this address. */
const noMailServer = '127.0.0.1:9';

const watchedServices = (): ServiceDefinition => {
  const mail = { MAIL_SMTP_URL: `smtp://a:b@${noMailServer}`, MAIL_IMAP_URL: `imap://a:b@${noMailServer}` };
  const forwarding = forwardingConfigOf(readForwardingSettings(mail));
  const all = servicesWith({ ...defaultConfigs, forwarding });
  const services = [all.rights, all.audit, all.relay, all['processor-forwarding']];
  return {
    schemas: services.flatMap(({ schemas }) => schemas),
    module: (platform) => StandaloneModule.register(platform, services),
  };
};

/** The services that watch something, in one process, which may be started again on the same database. */
export class AttentionShop {
  readonly officer = newId();
  private running: TestService | undefined;

  private constructor(
    private readonly database: TestDatabase,
    private readonly directory: string,
    readonly rows: pg.Pool,
    readonly ring: pg.Pool,
  ) {}

  static async start(): Promise<AttentionShop> {
    const database = await testDatabase('attention');
    const directory = mkdtempSync(join(tmpdir(), 'dittoo-attention-'));
    FileKeyEncryption.generate(join(directory, 'kek.json'));
    const open = (url: string): pg.Pool => openPool(url, { max: 2, applicationName: 'attention.spec' });
    const shop = new AttentionShop(database, directory, open(database.url), open(`${database.url}_keyring`));
    await shop.begin();
    return shop;
  }

  get service(): TestService {
    if (this.running === undefined) throw new Error('the shop is stopped');
    return this.running;
  }

  async begin(): Promise<void> {
    this.running = await startTestService(watchedServices(), {
      DATABASE_URL: this.database.url,
      DATA_DIR: this.directory,
      KEY_ENCRYPTION_KEY_FILE: join(this.directory, 'kek.json'),
    });
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.rows.end(), this.ring.end()]);
    await this.database
      .pool()
      .query(`DROP DATABASE ${new URL(this.database.url).pathname.slice(1)}_keyring WITH (FORCE)`);
    await this.database.drop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** One turn of every watch. */
  check(): Promise<void> {
    return this.service.get<AttentionWatcher>(AttentionWatcher).check();
  }

  /** Appends an event without a personal field to a new stream of its category. @returns the stream's id */
  async say({ data, type }: DomainEvent, at: string = new Date().toISOString(), id: Uuid = newId()): Promise<Uuid> {
    const { legalBasis, purpose, stream, subject } = (schemaMap as SchemaMap)[type]!;
    const event = newEvent(type, data as Parameters<typeof newEvent>[1]);
    const dataSubjectId = subject === 'nobody' ? null : newId();
    const metadata = { ...event.metadata, dataSubjectId, purpose, legalBasis, recordedAt: at };
    const name = `${stream}-${id}`;
    let revision: bigint | 'no-stream' = 'no-stream';
    const { store } = this.service.platform;
    for await (const last of store.readStream(name, { direction: 'backwards', limit: 1 })) revision = last.revision;
    await store.append(name, [{ ...event, metadata }], revision);
    return id;
  }

  async call(path: string, init: { method?: string; body?: object; role?: string } = {}): Promise<Response> {
    const { body, method = 'GET', role = 'complianceOfficer' } = init;
    const authorization = await this.service.bearer({ subjectId: this.officer, role });
    return fetch(`${this.service.url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async list(query: string): Promise<readonly ShownItem[]> {
    const answer = await this.call(`/operations/attention?limit=200&lang=en&${query}`);
    if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { items: ShownItem[] }).items;
  }

  async one(id: Uuid): Promise<ShownItem> {
    return (await (await this.call(`/operations/attention/${id}?lang=en`)).json()) as ShownItem;
  }

  dismiss(id: Uuid, reason: string): Promise<Response> {
    return this.call(`/operations/attention/${id}/closure`, { method: 'POST', body: { reason } });
  }

  /** `attention` of /health/ready. */
  async ready(): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`${this.service.url}/health/ready`);
    return ((await answer.json()) as { attention: Record<string, number> }).attention;
  }

  /** The metric of a kind. */
  async metric(kind: string): Promise<number> {
    const text = await this.service.platform.metrics.metrics();
    return Number(new RegExp(`^dittoo_attention_items\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? NaN);
  }
}

import { Clock, isErased, kidOf, KeyRing, Sealer, type Envelope, type JsonValue } from '@dittoo/kernel';
import {
  LOGGER,
  PLATFORM_CONFIG,
  RETENTION_ENDS,
  ROW_POOL,
  type PlatformConfig,
  type RetentionEnds,
} from '@dittoo/platform';
import { LeasedWorker } from '@dittoo/service';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { accessLogDay, swedishTime, truncatedScope } from './access-log-day.js';
import { truncatedAddress } from './truncated-address.js';

interface DayRow {
  readonly day: string;
  readonly stage: 'full' | 'truncated' | 'counted';
  readonly keys_destroyed: boolean;
}

interface LogRow {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly duration_ms: number;
  readonly ip: Envelope;
}

const pageSize = 1_000;
const pauseMs = 60_000;

/**
 * Retires each day (UTC) of the access log: full addresses, then shortened ones and counts by Swedish days, then counts alone. Each
 * step is one transaction that ends in dropping the partition; after it the day's key is destroyed.
 *
 * Dies between the two: the day's row says that its keys still exist, and the next run destroys them.
 */
@Injectable()
export class AccessLogRetirement implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: LeasedWorker;

  constructor(
    private readonly sealer: Sealer,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
    @Inject(RETENTION_ENDS) private readonly endsOn: RetentionEnds,
    @Inject(ROW_POOL) private readonly pool: Pool,
    @Inject(PLATFORM_CONFIG) { host, port, service }: PlatformConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const work = (): Promise<boolean> => this.retireOne();
    this.worker = new LeasedWorker(pool, 'gateway.accessLog', `${service}@${host}:${port}`, pauseMs, work, logger);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }

  /** Takes the oldest due day one step further. @returns whether a day was due; then there may be more */
  async retireOne(): Promise<boolean> {
    const today = this.clock.now().slice(0, 10);
    const { rows } = await this.pool.query<DayRow>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, stage, keys_destroyed FROM gateway.access_log_day
       WHERE stage <> 'counted' OR NOT keys_destroyed ORDER BY day`,
    );
    const due = rows.find((row) => this.isDue(row, today));
    if (due === undefined) return false;
    const { day, keys_destroyed: clean, stage } = due;
    if (!clean) {
      await this.destroyKeys(day, stage);
    } else if (stage === 'full') {
      await this.transaction((client) => this.truncate(client, day));
      await this.destroyKeys(day, 'truncated');
    } else {
      await this.transaction((client) => this.count(client, day));
      await this.destroyKeys(day, 'counted');
    }
    this.logger.info({ day, from: stage, waiting: rows.length }, 'access-log.retired');
    return true;
  }

  private isDue({ day, keys_destroyed: clean, stage }: DayRow, today: string): boolean {
    return !clean || this.endsOn('accessLog', day, stage === 'full' ? 'full' : 'truncated') < today;
  }

  private async truncate(client: PoolClient, day: string): Promise<void> {
    await client.query(`SELECT gateway.open_access_log_day('access_log_truncated', $1)`, [day]);
    for (let after = ''; ;) {
      const { rows } = await client.query<LogRow>(
        `SELECT * FROM gateway.access_log
         WHERE at >= $1::date::timestamp AT TIME ZONE 'UTC' AND at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC' AND id::text > $2
         ORDER BY id::text LIMIT ${pageSize}`,
        [day, after],
      );
      if (rows.length === 0) break;
      after = rows.at(-1)!.id;
      await this.insertTruncated(client, day, rows);
    }
    await client.query(
      `INSERT INTO gateway.access_log_count (log_day, day, method, route, status, requests, median_ms)
       SELECT $1, (at AT TIME ZONE '${swedishTime}')::date, method, route, status, count(*),
              percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
       FROM gateway.access_log WHERE at >= $1::date::timestamp AT TIME ZONE 'UTC' AND at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'
       GROUP BY 2, method, route, status`,
      [day],
    );
    await this.closeStage(client, 'access_log', day, 'truncated');
  }

  private async insertTruncated(client: PoolClient, day: string, rows: readonly LogRow[]): Promise<void> {
    const sealed: string[] = [];
    for (const { id, ip } of rows) {
      const address = await this.sealer.openValue(ip, ['gateway.access_log', id, 'ip']);
      const kept: JsonValue = isErased(address) ? 'unknown' : truncatedAddress(String(address));
      const place = ['gateway.access_log_truncated', id, 'ip'];
      const envelope = await this.sealer.sealValue(accessLogDay(day), 'accessLog', place, kept, truncatedScope(day));
      sealed.push(JSON.stringify(envelope));
    }
    await client.query(
      `INSERT INTO gateway.access_log_truncated (id, at, method, route, status, duration_ms, ip)
       SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::int[], $6::real[], $7::jsonb[])`,
      [
        rows.map(({ id }) => id),
        rows.map(({ at }) => at),
        rows.map(({ method }) => method),
        rows.map(({ route }) => route),
        rows.map(({ status }) => status),
        rows.map(({ duration_ms: ms }) => ms),
        sealed,
      ],
    );
  }

  private count(client: PoolClient, day: string): Promise<void> {
    return this.closeStage(client, 'access_log_truncated', day, 'counted');
  }

  private async closeStage(client: PoolClient, table: string, day: string, next: DayRow['stage']): Promise<void> {
    await client.query('SELECT gateway.drop_access_log_day($1, $2)', [table, day]);
    await client.query('UPDATE gateway.access_log_day SET stage = $2, keys_destroyed = false WHERE day = $1', [
      day,
      next,
    ]);
  }

  private async destroyKeys(day: string, stage: DayRow['stage']): Promise<void> {
    const subjectId = accessLogDay(day);
    const reason = { at: this.clock.now(), requestId: null };
    const whole = kidOf({ subjectId, category: 'accessLog', scope: null, generation: 1 });
    await this.keyRing.destroy(subjectId, ['accessLog'], stage === 'counted' ? reason : { ...reason, kids: [whole] });
    await this.pool.query('UPDATE gateway.access_log_day SET keys_destroyed = true WHERE day = $1', [day]);
  }

  private async transaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}

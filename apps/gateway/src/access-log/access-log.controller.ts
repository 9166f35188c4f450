import { Clock } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { AccessLogStatistics, StatisticsQuery } from './access-log.http.js';

const dayMs = 86_400_000;
const usualDays = 31;

/** Access statistics for officers: counts without addresses, also for days whose addresses were already deleted. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403)
@Controller('api/v1/compliance/access-log')
export class AccessLogController {
  constructor(
    @Inject(ROW_POOL) private readonly pool: Pool,
    private readonly clock: Clock,
  ) {}

  @Get('statistics')
  @ApiOkResponse({ type: AccessLogStatistics })
  async statistics(@Query() { from, to }: StatisticsQuery): Promise<AccessLogStatistics> {
    const last = to ?? this.clock.now().slice(0, 10);
    const first = from ?? new Date(Date.parse(last) - usualDays * dayMs).toISOString().slice(0, 10);
    // For a day with saved counts, read those; any log lines still there hold shortened addresses.
    const { rows } = await this.pool.query<AccessLogStatistics['items'][number]>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, method, route, status, requests, median_ms::float8 AS "medianMs" FROM (
         SELECT day, method, route, status, requests, median_ms FROM gateway.access_log_count
         WHERE day BETWEEN $1 AND $2
         UNION ALL
         SELECT (at AT TIME ZONE 'UTC')::date, method, route, status, count(*)::int,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
         FROM gateway.access_log
         WHERE at >= $1::date::timestamp AT TIME ZONE 'UTC' AND at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
         GROUP BY 1, 2, 3, 4) AS counted
       ORDER BY 1 DESC, requests DESC, 2, 3, 4 LIMIT 2000`,
      [first, last],
    );
    return { items: rows };
  }
}

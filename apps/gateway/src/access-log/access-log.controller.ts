import { Clock } from '@dittoo/kernel';
import { ROW_POOL } from '@dittoo/platform';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { swedishDayOf, swedishTime } from './access-log-day.js';
import { AccessLogStatistics, StatisticsQuery } from './access-log.http.js';

const dayMs = 86_400_000;
const usualDays = 31;

/** Access statistics for officers, by Swedish days: counts without addresses, also for days whose addresses were already deleted. */
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
    const last = to ?? swedishDayOf(this.clock.now());
    const first = from ?? new Date(Date.parse(last) - usualDays * dayMs).toISOString().slice(0, 10);
    // For a day of the log with saved counts, read those; any log lines still there hold shortened addresses. A Swedish
    // day may be in two days of the log, of which one has lines and the other counts: the median is then their mean.
    const { rows } = await this.pool.query<AccessLogStatistics['items'][number]>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, method, route, status, sum(requests)::int AS requests,
              (sum(median_ms * requests) / sum(requests))::float8 AS "medianMs" FROM (
         SELECT day, method, route, status, requests, median_ms FROM gateway.access_log_count
         WHERE day BETWEEN $1 AND $2
         UNION ALL
         SELECT (at AT TIME ZONE '${swedishTime}')::date, method, route, status, count(*)::int,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
         FROM gateway.access_log
         WHERE at >= $1::date::timestamp AT TIME ZONE '${swedishTime}'
           AND at < ($2::date + 1)::timestamp AT TIME ZONE '${swedishTime}'
         GROUP BY 1, 2, 3, 4) AS counted
       GROUP BY day, method, route, status
       ORDER BY 1 DESC, 5 DESC, 2, 3, 4 LIMIT 2000`,
      [first, last],
    );
    return { items: rows };
  }
}

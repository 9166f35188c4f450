import { ROW_POOL } from '@dittoo/platform';
import { SignedIn } from '@dittoo/service';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Pool } from 'pg';
import { AccessLogStatistics } from './access-log.http.js';

/** What the access log is for besides debugging: counts, no addresses. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@Controller('api/v1/compliance/access-log')
export class AccessLogController {
  constructor(@Inject(ROW_POOL) private readonly pool: Pool) {}

  @Get('statistics')
  @ApiOkResponse({ type: AccessLogStatistics })
  async statistics(): Promise<AccessLogStatistics> {
    const { rows } = await this.pool.query<AccessLogStatistics['items'][number]>(
      `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, method, route, status, count(*)::int AS requests,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms) AS "medianMs"
       FROM gateway.access_log WHERE at > now() - interval '31 days'
       GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, requests DESC, 2, 3, 4 LIMIT 2000`,
    );
    return { items: rows };
  }
}

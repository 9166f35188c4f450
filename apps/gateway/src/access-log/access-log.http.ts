import { ApiProperty } from '@nestjs/swagger';
import { IsISO8601, IsOptional, Length } from 'class-validator';

export class StatisticsQuery {
  /** The first day (UTC); default: 31 days before the last. */
  @ApiProperty({ required: false, format: 'date' })
  @IsOptional()
  @Length(10, 10)
  @IsISO8601({ strict: true })
  from?: string;

  /** The last day; default: today. */
  @ApiProperty({ required: false, format: 'date' })
  @IsOptional()
  @Length(10, 10)
  @IsISO8601({ strict: true })
  to?: string;
}

export class AccessLogCount {
  @ApiProperty({ format: 'date' })
  day!: string;

  @ApiProperty()
  method!: string;

  @ApiProperty()
  route!: string;

  @ApiProperty()
  status!: number;

  @ApiProperty()
  requests!: number;

  @ApiProperty({ description: 'Median duration, ms' })
  medianMs!: number;
}

export class AccessLogStatistics {
  @ApiProperty({ type: [AccessLogCount] })
  items!: readonly AccessLogCount[];
}

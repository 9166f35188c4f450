import { ApiProperty } from '@nestjs/swagger';
import { DayField } from '@dittoo/service';
import { IsOptional } from 'class-validator';

export class StatisticsQuery {
  /** The first day, in Sweden; default: 31 days before the last. */
  @IsOptional()
  @DayField({ required: false })
  from?: string;

  /** The last day; default: today. */
  @IsOptional()
  @DayField({ required: false })
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

  @ApiProperty({ description: 'Median duration, ms; of a day that is partly deleted, the mean of its parts' })
  medianMs!: number;
}

export class AccessLogStatistics {
  @ApiProperty({ type: [AccessLogCount] })
  items!: readonly AccessLogCount[];
}

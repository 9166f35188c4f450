import { ApiProperty } from '@nestjs/swagger';

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

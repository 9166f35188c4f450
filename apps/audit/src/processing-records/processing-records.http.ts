import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class ProcessingRecordsQuery {
  @ApiProperty({ required: false, enum: ['json', 'csv', 'html'] })
  @IsOptional()
  @IsIn(['json', 'csv', 'html'])
  format?: 'json' | 'csv' | 'html';

  @ApiProperty({ required: false, enum: ['sv', 'en'] })
  @IsOptional()
  @IsIn(['sv', 'en'])
  lang?: 'sv' | 'en';
}

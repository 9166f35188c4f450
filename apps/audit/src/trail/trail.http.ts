import { schemaMap } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';

const eventTypes = Object.keys(schemaMap);
const positionOrTime = /^(\d{1,15}|\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?)$/;

export class TrailQuery {
  /** A position, or an RFC 3339 time; inclusive. */
  @ApiProperty({ required: false, pattern: positionOrTime.source })
  @IsOptional()
  @Matches(positionOrTime, { message: 'from must be a position or an RFC 3339 time' })
  from?: string;

  @ApiProperty({ required: false, enum: eventTypes })
  @IsOptional()
  @IsIn(eventTypes)
  type?: string;
}

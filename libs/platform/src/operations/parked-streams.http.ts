import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength, Matches } from 'class-validator';

export class ParkedStreamAnswer {
  @ApiProperty()
  group!: string;

  @ApiProperty()
  stream!: string;

  /** The error's class and code. */
  @ApiProperty()
  failure!: string;

  @ApiProperty({ format: 'date-time' })
  parkedAt!: string;

  /** Number of its waiting events. */
  @ApiProperty({ type: 'integer' })
  waiting!: number;
}

export class ParkedStreamList {
  @ApiProperty({ type: [ParkedStreamAnswer] })
  items!: readonly ParkedStreamAnswer[];
}

export class ReplayBody {
  /** The consumer group, e.g. `order.list`. */
  @ApiProperty({ maxLength: 100 })
  @IsString()
  @MaxLength(100)
  group!: string;

  @ApiProperty({ maxLength: 100, pattern: '^[A-Za-z]+-[0-9a-f-]+$' })
  @IsString()
  @MaxLength(100)
  @Matches(/^[A-Za-z]+-[0-9a-f-]+$/, { message: 'must be the name of a stream' })
  stream!: string;
}

export class ReplayAnswer {
  @ApiProperty({ type: 'integer' })
  replayed!: number;

  @ApiProperty({ type: 'integer' })
  waiting!: number;

  /** Why it is parked again. */
  @ApiProperty({ type: String, nullable: true })
  failure!: string | null;
}

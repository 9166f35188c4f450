import { dataCategories, type DataCategory } from '@dittoo/kernel';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  MinLength,
} from 'class-validator';

/** Categories that can be held: those with keys of a person. The access log has keys per day. */
const holdable = dataCategories.filter((category) => category !== 'accessLog');

export class LegalHoldBody {
  /** Exactly one of `subjectId` and `orderId`. */
  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  subjectId?: string;

  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  orderId?: string;

  @ApiProperty({ isArray: true, enum: holdable, minItems: 1, maxItems: 20, uniqueItems: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @ArrayUnique()
  @IsIn(holdable, { each: true })
  categories!: DataCategory[];

  /** The reason for the hold: a court, an authority, the shop's own claim. */
  @ApiProperty({ minLength: 1, maxLength: 200 })
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  authority!: string;

  @ApiProperty({ minLength: 1, maxLength: 2000 })
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  reason!: string;

  @ApiProperty({ format: 'date-time' })
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  expiresAt!: string;
}

const states = ['requested', 'inForce', 'withdrawn', 'released', 'expired'] as const;

export class LegalHoldAnswer {
  @ApiProperty({ format: 'uuid' })
  holdId!: string;

  /** `requested`: waits for a second officer and keeps nothing yet. */
  @ApiProperty({ enum: states })
  state!: (typeof states)[number];

  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  @ApiProperty({ format: 'uuid', nullable: true, type: String })
  orderId!: string | null;

  @ApiProperty({ type: [String] })
  categories!: readonly string[];

  @ApiProperty({ nullable: true, type: String, description: 'null once it is erased' })
  authority!: string | null;

  @ApiProperty({ nullable: true, type: String, description: 'null once it is erased' })
  reason!: string | null;

  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;

  /** Whether one officer has requested its end; another must agree. */
  @ApiProperty()
  releaseRequested!: boolean;
}

export class LegalHoldList {
  @ApiProperty({ type: [LegalHoldAnswer] })
  items!: readonly LegalHoldAnswer[];

  @ApiProperty({ nullable: true, type: String })
  nextCursor!: string | null;
}

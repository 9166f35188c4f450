import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';

/** Exactly one of them. */
export class FindSubjectQuery {
  @ApiProperty({ required: false, maxLength: 254 })
  @IsOptional()
  @IsString()
  @MaxLength(254)
  email?: string;

  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  customerId?: string;

  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  orderId?: string;
}

export class FoundSubject {
  @ApiProperty({ format: 'uuid' })
  subjectId!: string;
}

export class FoundSubjects {
  @ApiProperty({ type: [FoundSubject] })
  items!: readonly FoundSubject[];
}

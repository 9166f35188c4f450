import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, MaxLength, MinLength } from 'class-validator';
import { subjectKinds, type SubjectKind } from './subject-index.js';

/** Exactly one of them. */
export class FindSubjectQuery {
  @ApiProperty({ required: false, maxLength: 254 })
  @IsOptional()
  @IsString()
  @MaxLength(254)
  email?: string;

  /** A telephone number, with or without the country's number. */
  @ApiProperty({ required: false, minLength: 5, maxLength: 30 })
  @IsOptional()
  @IsString()
  @MinLength(5)
  @MaxLength(30)
  phone?: string;

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

  /** What the person is for the shop; one who is several things without an account has an item for each. */
  @ApiProperty({ enum: subjectKinds })
  kind!: SubjectKind;
}

export class FoundSubjects {
  @ApiProperty({ type: [FoundSubject] })
  items!: readonly FoundSubject[];

  /** What was searched for belongs to several subjects: to an account and a contact, for instance. */
  @ApiProperty()
  severalSubjects!: boolean;
}

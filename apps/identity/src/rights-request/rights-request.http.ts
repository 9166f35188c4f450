import { rightsRequestKinds, type RightsRequestKind } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';

export class RequestBody {
  @ApiProperty({ enum: rightsRequestKinds })
  @IsIn(rightsRequestKinds)
  kind!: RightsRequestKind;

  /** What it is about, in the person's own words. */
  @ApiProperty({ required: false, type: String, nullable: true, maxLength: 4000 })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  detail?: string | null;
}

export class RequestReceipt {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  /** By when it must have been answered: the last second of that day in Sweden. */
  @ApiProperty({ format: 'date-time' })
  dueAt!: string;
}

const states = [
  'received',
  'identityVerified',
  'scopeDecided',
  'referred',
  'approved',
  'executing',
  'verified',
  'answered',
  'refused',
] as const;
export type RequestState = (typeof states)[number];

const recipientStates = ['asked', 'acknowledged', 'failed', 'notSupported'] as const;

export class RecipientAnswer {
  @ApiProperty()
  processorId!: string;

  @ApiProperty({ enum: recipientStates })
  state!: (typeof recipientStates)[number];
}

export class RetainedAnswer {
  @ApiProperty()
  category!: string;

  @ApiProperty()
  reason!: string;

  /** The last day it is kept. */
  @ApiProperty({ format: 'date' })
  until!: string;

  /** The orders or messages it is about, where it is not all of the category. */
  @ApiProperty({ required: false, type: [String] })
  scopes?: readonly string[];
}

export class RequestAnswer {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ enum: rightsRequestKinds })
  kind!: RightsRequestKind;

  /** `referred`: an officer looks at it first. `executing` until everything is done and was looked at. */
  @ApiProperty({ enum: states })
  state!: RequestState;

  @ApiProperty({ format: 'date-time' })
  receivedAt!: string;

  @ApiProperty({ format: 'date-time' })
  dueAt!: string;

  /** `partlyDone`: a recipient did not confirm; a person here follows it up. */
  @ApiProperty({ enum: ['done', 'partlyDone'], nullable: true, type: String })
  outcome!: 'done' | 'partlyDone' | null;

  @ApiProperty({ type: [RecipientAnswer] })
  recipients!: readonly RecipientAnswer[];

  @ApiProperty({ type: [RetainedAnswer] })
  retained!: readonly RetainedAnswer[];
}

export class RequestList {
  @ApiProperty({ type: [RequestAnswer] })
  items!: readonly RequestAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class OfficersRequestsQuery extends PageQuery {
  /** `true` (default) = what waits for an answer, `false` = what has one. */
  @ApiProperty({ required: false, enum: ['true', 'false'] })
  @IsOptional()
  @IsIn(['true', 'false'])
  open?: 'true' | 'false';
}

export class OfficersRequest extends RequestAnswer {
  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  /** Whole days until it is due; negative = overdue. */
  @ApiProperty()
  daysLeft!: number;

  /** What the person wrote; `null` also once it is erased. */
  @ApiProperty({ type: String, nullable: true })
  detail!: string | null;

  /** Why an officer must look, in words. */
  @ApiProperty({ type: [String] })
  blockers!: readonly string[];
}

export class OfficersRequestList {
  @ApiProperty({ type: [OfficersRequest] })
  items!: readonly OfficersRequest[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

const decisions = ['approve', 'refuse', 'partlyRefuse'] as const;

export class DecisionBody {
  /** `partlyRefuse`: of an erasure, the delivery data of open orders stays; everything else goes. */
  @ApiProperty({ enum: decisions })
  @IsIn(decisions)
  decision!: (typeof decisions)[number];

  /** What the person is told; needed for every kind of refusal. */
  @ApiProperty({ required: false, maxLength: 2000 })
  @ValidateIf(({ decision, reason }: DecisionBody) => reason !== undefined || decision !== 'approve')
  @IsString()
  @MinLength(1)
  @MaxLength(2000)
  reason?: string;
}

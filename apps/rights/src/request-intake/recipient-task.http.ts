import { rightsRequestKinds } from '@dittoo/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

const taskStates = ['failed', 'notSupported'] as const;

export class RecipientTaskAnswer {
  @ApiProperty({ format: 'uuid' })
  requestId!: string;

  @ApiProperty({ format: 'uuid' })
  subjectId!: string;

  @ApiProperty({ enum: rightsRequestKinds })
  kind!: string;

  @ApiProperty()
  processorId!: string;

  @ApiProperty({ enum: taskStates })
  state!: (typeof taskStates)[number];

  @ApiProperty()
  reason!: string;

  @ApiProperty({ format: 'date-time' })
  since!: string;
}

export class RecipientTaskList {
  @ApiProperty({ type: [RecipientTaskAnswer] })
  items!: readonly RecipientTaskAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

const taskOutcomes = ['acknowledged', 'failed'] as const;

export class RecipientTaskBody {
  @ApiProperty({ enum: taskOutcomes })
  @IsIn(taskOutcomes)
  outcome!: (typeof taskOutcomes)[number];
}

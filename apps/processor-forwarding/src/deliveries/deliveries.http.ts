import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { deliveryStates, type DeliveryState } from './delivery.entity.js';

const processorShape = /^[a-zA-Z][a-zA-Z0-9]{0,39}$/;

export class DeliveriesQuery extends PageQuery {
  @ApiProperty({ required: false, enum: deliveryStates })
  @IsOptional()
  @IsIn(deliveryStates)
  state?: DeliveryState;

  @ApiProperty({ required: false, maxLength: 40, pattern: processorShape.source })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  @Matches(processorShape)
  processorId?: string;
}

export class DeliveryAnswer {
  @ApiProperty({ format: 'uuid' })
  deliveryId!: string;

  @ApiProperty()
  processorId!: string;

  @ApiProperty({
    enum: ['openPayment', 'capturePayment', 'cancelPayment', 'refundPayment', 'eraseSubject', 'sendMail'],
  })
  intent!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  orderId!: string | null;

  @ApiProperty({ enum: deliveryStates })
  state!: DeliveryState;

  /** Names of the requested fields. */
  @ApiProperty({ type: [String] })
  fields!: readonly string[];

  @ApiProperty({ type: 'integer' })
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  reason!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  nextAttemptAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  requestedAt!: string;

  @ApiProperty({ format: 'date-time' })
  changedAt!: string;
}

export class DeliveryList {
  @ApiProperty({ type: [DeliveryAnswer] })
  items!: readonly DeliveryAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

export class RedeliveryBody {
  /** Only items parked for this processor; default: all. */
  @ApiProperty({ required: false, maxLength: 40, pattern: processorShape.source })
  @IsOptional()
  @IsString()
  @Matches(processorShape)
  processorId?: string;
}

export class RedeliveryAnswer {
  @ApiProperty({ format: 'uuid' })
  deliveryId!: string;
}

export class BulkRedeliveryAnswer {
  /** How many redeliveries were requested. */
  @ApiProperty({ type: 'integer' })
  requested!: number;
}

export class ProcessorHealthAnswer {
  @ApiProperty()
  processorId!: string;

  /** Whether this processor is configured. */
  @ApiProperty()
  connected!: boolean;

  /** State in this process. */
  @ApiProperty({ enum: ['closed', 'open', 'halfOpen'] })
  breaker!: 'closed' | 'open' | 'halfOpen';

  @ApiProperty({ type: 'integer' })
  queueDepth!: number;

  @ApiProperty({ type: 'integer' })
  parked!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  oldestDueAt!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  lastSuccessAt!: string | null;
}

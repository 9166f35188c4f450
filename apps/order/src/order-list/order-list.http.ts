import { orderStatuses, type OrderStatus } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';

export class OrderListQuery extends PageQuery {
  /** Staff: only this customer's orders. */
  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  customerId?: string;
}

export class AmountAnswer {
  @ApiProperty({ type: 'integer' })
  amountMinor!: number;

  @ApiProperty({ example: 'SEK' })
  currency!: string;
}

export class OrderListItem {
  @ApiProperty({ format: 'uuid' })
  orderId!: string;

  @ApiProperty({ format: 'uuid' })
  customerId!: string;

  @ApiProperty({ enum: orderStatuses })
  status!: OrderStatus;

  @ApiProperty({ type: AmountAnswer })
  total!: AmountAnswer;

  @ApiProperty({ type: AmountAnswer })
  refunded!: AmountAnswer;

  @ApiProperty({ format: 'date-time' })
  placedAt!: string;

  @ApiProperty({ format: 'date-time' })
  changedAt!: string;
}

export class OrderPage {
  @ApiProperty({ type: [OrderListItem] })
  items!: readonly OrderListItem[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

import { orderStatuses, type OrderStatus } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';

export class OrderListQuery extends PageQuery {
  /** Staff: only this customer's orders. */
  @ApiProperty({ required: false, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  customerId?: string;

  /** As it was said on the phone: with hyphens, spaces or neither. */
  @ApiProperty({ required: false, maxLength: 20, example: '482-639-573' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  orderNumber?: string;
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

  @ApiProperty({ example: '482-639-573' })
  orderNumber!: string;

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

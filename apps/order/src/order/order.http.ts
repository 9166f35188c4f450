import {
  denialReasons,
  type DenialReason,
  paymentMethods,
  personnummerGrounds,
  type PaymentMethod,
  type PersonnummerGround,
  orderStatuses,
  type OrderStatus,
} from '@dittoo/contracts';
import { AddressBody, LineField } from '@dittoo/service';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

/** Maximum quantity of one product in one order. */
export const quantityAtMost = 99;

export class LineBody {
  @IsString()
  @Length(1, 60)
  @ApiProperty({ minLength: 1, maxLength: 60, example: 'stengods-mugg' })
  sku!: string;

  @IsInt()
  @Min(1)
  @Max(quantityAtMost)
  @ApiProperty({ type: 'integer', minimum: 1, maximum: quantityAtMost })
  quantity!: number;
}

export class PaymentBody {
  @IsIn(paymentMethods)
  @ApiProperty({ enum: paymentMethods })
  method!: PaymentMethod;
}

export class PlaceOrderBody {
  /** Lines of the same product are added up, to 99 at most. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => LineBody)
  @ApiProperty({ type: [LineBody], minItems: 1, maxItems: 50 })
  lines!: LineBody[];

  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => PaymentBody)
  @ApiProperty({ type: PaymentBody })
  payment!: PaymentBody;

  /** Default: the address of the profile. */
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => AddressBody)
  @ApiProperty({ required: false, type: AddressBody })
  deliveryAddress?: AddressBody;

  /** Sends the personnummer along with an invoice or a part payment; without it the personnummer is not sent. */
  @IsOptional()
  @IsIn(personnummerGrounds)
  @ApiProperty({ required: false, enum: personnummerGrounds })
  personnummerGround?: PersonnummerGround;
}

export class RefundBody {
  /** Default: all that is left. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => LineBody)
  @ApiProperty({ required: false, type: [LineBody], minItems: 1, maxItems: 50 })
  lines?: LineBody[];

  /** Kept sealed with the books of this order. */
  @LineField(500)
  reason!: string;
}

export class MoneyAnswer {
  @ApiProperty({ type: 'integer' })
  amountMinor!: number;

  @ApiProperty({ example: 'SEK' })
  currency!: string;
}

export class PaymentActionAnswer {
  @ApiProperty({ enum: ['redirect', 'snippet'] })
  kind!: 'redirect' | 'snippet';

  @ApiProperty({ format: 'uri' })
  url!: string;

  @ApiProperty({ required: false })
  html?: string;
}

export const paymentStatuses = ['pending', 'open', 'approved', 'denied', 'cancelled'] as const;

export class PlacedPaymentAnswer {
  @ApiProperty({ enum: paymentStatuses })
  status!: (typeof paymentStatuses)[number];

  /** The storefront's next step; present once the processor has opened the payment. */
  @ApiProperty({ required: false, type: PaymentActionAnswer })
  action?: PaymentActionAnswer;

  /** Only of a denied payment. */
  @ApiProperty({ required: false, enum: denialReasons })
  reason?: DenialReason;

  /** The reason in words, in the language of the order. */
  @ApiProperty({ required: false })
  explanation?: string;
}

export class PaymentAnswer extends PlacedPaymentAnswer {
  @ApiProperty({ enum: paymentMethods })
  method!: PaymentMethod;
}

/** An order in short: the answer to placing it, and what its event stream shows. */
export class OrderStateAnswer {
  @ApiProperty({ format: 'uuid' })
  orderId!: string;

  /** To say on the phone; the last digit checks the others. */
  @ApiProperty({ example: '482-639-573' })
  orderNumber!: string;

  @ApiProperty({ enum: orderStatuses })
  status!: OrderStatus;

  @ApiProperty({ type: PlacedPaymentAnswer })
  payment!: PlacedPaymentAnswer;
}

export class LineAnswer {
  @ApiProperty()
  sku!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: 'integer' })
  quantity!: number;

  /** Including VAT. */
  @ApiProperty({ type: MoneyAnswer })
  unitPrice!: MoneyAnswer;

  @ApiProperty({ type: MoneyAnswer })
  total!: MoneyAnswer;

  /** 0.25 = 25 %. */
  @ApiProperty()
  taxRate!: number;
}

export class RefundLineAnswer {
  @ApiProperty()
  sku!: string;

  @ApiProperty({ type: 'integer' })
  quantity!: number;
}

const refundStatuses = ['decided', 'notCharged', 'paid'] as const;

export class RefundAnswer {
  @ApiProperty({ format: 'uuid' })
  refundId!: string;

  /** `paid` once the processor reports the refund. */
  /** `notCharged`: it was decided before the money was taken, so there was nothing to pay back. */
  @ApiProperty({ enum: refundStatuses })
  status!: (typeof refundStatuses)[number];

  @ApiProperty({ type: MoneyAnswer })
  amount!: MoneyAnswer;

  @ApiProperty({ type: [RefundLineAnswer] })
  lines!: readonly RefundLineAnswer[];
}

export class AddressAnswer {
  @ApiProperty()
  street!: string;

  @ApiProperty()
  postalCode!: string;

  @ApiProperty()
  city!: string;

  @ApiProperty()
  country!: string;
}

export class ErasedAnswer {
  @ApiProperty({ enum: [true], type: Boolean })
  erased!: true;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'uuid' })
  requestId!: string | null;
}

/** The person restricted the processing (art. 18): shown to nobody else. */
export class RestrictedAnswer {
  @ApiProperty({ enum: [true], type: Boolean })
  restricted!: true;
}

@ApiExtraModels(AddressAnswer, ErasedAnswer, RestrictedAnswer)
export class OrderAnswer {
  @ApiProperty({ format: 'uuid' })
  orderId!: string;

  @ApiProperty({ format: 'uuid' })
  customerId!: string;

  @ApiProperty({ enum: orderStatuses })
  status!: OrderStatus;

  @ApiProperty({ type: [LineAnswer] })
  lines!: readonly LineAnswer[];

  @ApiProperty({ type: MoneyAnswer })
  total!: MoneyAnswer;

  @ApiProperty({ type: PaymentAnswer })
  payment!: PaymentAnswer;

  @ApiProperty({ type: [RefundAnswer] })
  refunds!: readonly RefundAnswer[];

  /** What the processor has paid back in all, also without a refund of the shop. */
  @ApiProperty({ type: MoneyAnswer })
  refunded!: MoneyAnswer;

  @ApiProperty({
    oneOf: [AddressAnswer, ErasedAnswer, RestrictedAnswer].map((answer) => ({ $ref: getSchemaPath(answer) })),
  })
  deliveryAddress!: AddressAnswer | ErasedAnswer | RestrictedAnswer;

  @ApiProperty({ format: 'date-time' })
  placedAt!: string;

  @ApiProperty({ format: 'date-time' })
  changedAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  shippedAt!: string | null;
}

import { locales, type Locale } from '@dittoo/contracts';
import { PageQuery } from '@dittoo/service';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class ProductQuery {
  /** Default: Swedish. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  lang?: Locale;
}

export class ProductListQuery extends PageQuery {
  /** Default: Swedish. */
  @ApiProperty({ required: false, enum: locales })
  @IsOptional()
  @IsIn(locales)
  lang?: Locale;
}

export class PriceAnswer {
  /** Including VAT, in minor units (öre). */
  @ApiProperty({ type: 'integer', minimum: 0 })
  amountMinor!: number;

  @ApiProperty({ example: 'SEK' })
  currency!: string;
}

export class ProductAnswer {
  @ApiProperty({ example: 'stengods-mugg' })
  sku!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty({ type: PriceAnswer })
  price!: PriceAnswer;

  /** 0.25 = 25 %. */
  @ApiProperty({ example: 0.25 })
  taxRate!: number;
}

export class ProductPage {
  @ApiProperty({ type: [ProductAnswer] })
  items!: readonly ProductAnswer[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor!: string | null;
}

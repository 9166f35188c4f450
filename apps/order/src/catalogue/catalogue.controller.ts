import { DomainError } from '@dittoo/kernel';
import type { Locale } from '@dittoo/contracts';
import { ApiProblems, decodeCursor, pageOf } from '@dittoo/service';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ProductAnswer, ProductListQuery, ProductPage, ProductQuery } from './catalogue.http.js';
import { Catalogue, currency } from './catalogue.query.js';
import type { Product } from './products.js';

/** What is for sale, in the order of the file. */
@ApiTags('Orders')
@Controller('api/v1/products')
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get()
  @ApiOkResponse({ type: ProductPage })
  @ApiProblems(400)
  list(@Query() { limit = 50, cursor, lang = 'sv' }: ProductListQuery): ProductPage {
    const { products } = this.catalogue;
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 'text')[0];
    const start = after === undefined ? 0 : products.findIndex(({ sku }) => sku === after) + 1;
    return pageOf(
      products.slice(start, start + limit + 1).map((product) => answerOf(product, lang)),
      limit,
      ({ sku }) => [sku],
    );
  }

  @Get(':sku')
  @ApiOkResponse({ type: ProductAnswer })
  @ApiProblems(400, 404)
  product(@Param('sku') sku: string, @Query() { lang = 'sv' }: ProductQuery): ProductAnswer {
    const product = this.catalogue.find(sku);
    if (product === undefined) throw new DomainError('not-found');
    return answerOf(product, lang);
  }
}

const answerOf = ({ sku, name, description, priceMinor, taxRate }: Product, lang: Locale): ProductAnswer => ({
  sku,
  name: name[lang],
  description: description[lang],
  price: { amountMinor: priceMinor, currency },
  taxRate,
});

import { Injectable } from '@nestjs/common';
import { products, type Product } from './products.js';

export const currency = 'SEK';

/** The shop's products, and the only source of prices. */
@Injectable()
export class Catalogue {
  readonly products = products;
  private readonly bySku: ReadonlyMap<string, Product> = new Map(products.map((product) => [product.sku, product]));

  find(sku: string): Product | undefined {
    return this.bySku.get(sku);
  }
}

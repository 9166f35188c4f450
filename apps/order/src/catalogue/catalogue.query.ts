import { readFileSync } from 'node:fs';
import type { Locale } from '@dittoo/contracts';
import { Injectable } from '@nestjs/common';

type Text = { readonly [Language in Locale]: string };

export interface Product {
  readonly sku: string;
  readonly name: Text;
  readonly description: Text;
  /** Including VAT, in öre. */
  readonly priceMinor: number;
  /** 0.25 = 25 %. */
  readonly taxRate: number;
}

export const currency = 'SEK';

/** What the shop sells, and the only place a price comes from. The file is shipped; another range is another release. */
@Injectable()
export class Catalogue {
  readonly products: readonly Product[];
  private readonly bySku: ReadonlyMap<string, Product>;

  constructor() {
    this.products = JSON.parse(readFileSync(new URL('../../products.json', import.meta.url), 'utf8')) as Product[];
    this.bySku = new Map(this.products.map((product) => [product.sku, product]));
  }

  find(sku: string): Product | undefined {
    return this.bySku.get(sku);
  }
}

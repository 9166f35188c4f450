import { readFileSync } from 'node:fs';
import type { Locale, Sku } from '@dittoo/contracts';

type Text = { readonly [Language in Locale]: string };

export interface Product {
  readonly sku: Sku;
  readonly name: Text;
  readonly description: Text;
  /** Including VAT, in öre. */
  readonly priceMinor: number;
  /** 0.25 = 25 %. */
  readonly taxRate: number;
}

/** The shop's range, in the order it is shown in. The file is shipped with the release. */
export const products: readonly Product[] = JSON.parse(
  readFileSync(new URL('../../products.json', import.meta.url), 'utf8'),
) as Product[];

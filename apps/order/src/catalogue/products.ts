import { readFileSync } from 'node:fs';
import type { Locale } from './vocabulary.js';

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

/**
 * The shop's range: what order sells and engagement lets people comment on. The file is shipped with the release;
 * another range is another release.
 */
export const products: readonly Product[] = JSON.parse(
  readFileSync(new URL('../products.json', import.meta.url), 'utf8'),
) as Product[];

/* Promised: the catalogue has each product of the contracts once, and each can be shown in every language and sold. */
import { locales, skus } from '@dittoo/contracts';
import { expect, it } from '@jest/globals';
import { products } from './products.js';

it('sells the products of the contracts, and no others', () => {
  expect(products.map(({ sku }) => sku).sort()).toEqual([...skus].sort());
});

it.each(products.map((product) => [product.sku, product] as const))('%s can be shown and sold', (_, product) => {
  for (const language of locales) {
    expect(product.name[language]).toMatch(/\S/);
    expect(product.description[language]).toMatch(/\S/);
  }
  expect(Number.isSafeInteger(product.priceMinor) && product.priceMinor > 0).toBe(true);
  expect(product.taxRate > 0 && product.taxRate < 1).toBe(true);
});

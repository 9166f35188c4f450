/**
 * The names of the shop's products: order has their descriptions and prices, engagement their comments. The range is
 * part of a release.
 */
export const skus = [
  'linne-handduk',
  'bjork-skarbrada',
  'stengods-mugg',
  'ull-pladd',
  'massing-ljusstake',
  'gjutjarn-stekpanna',
  'fonster-lampa',
  'bok-surdeg',
] as const;

export type Sku = (typeof skus)[number];

export const isSku = (name: string): name is Sku => (skus as readonly string[]).includes(name);

/**
 * The names of what the shop sells: order says what each is and costs, engagement takes comments on each. They are
 * shipped with the release; another range is another release.
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

/**
 * Why something is retained, as the person may see it: that an authority asked for it is not theirs to know (art.
 * 15(4)), so a legal hold reads as a claim of the shop. Officers see the hold itself.
 */
export const shownToSubject = <Kept extends { readonly reason: string }>(retained: readonly Kept[]): readonly Kept[] =>
  retained.map((kept) => (kept.reason === 'legalHold' ? { ...kept, reason: 'legalClaims' } : kept));

/** Digit runs of card length, alone or grouped by blanks or dashes, not inside a longer word or identifier. */
const candidates = /(?<![0-9A-Za-z-])\d(?:[ -]?\d){12,18}(?![0-9A-Za-z-])/g;

/** First digits and lengths that payment cards are issued with (ISO/IEC 7812 ranges of the large schemes). */
const looksIssued = (digits: string): boolean =>
  (/^4/.test(digits) && [13, 16, 19].includes(digits.length)) ||
  (/^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/.test(digits) && digits.length === 16) ||
  (/^3[47]/.test(digits) && digits.length === 15) ||
  (/^3(0[0-5]|[689])/.test(digits) && digits.length >= 14) ||
  (/^(6011|64[4-9]|65|62|5018|5020|5038|6304|6759|676[1-3]|35)/.test(digits) && digits.length >= 15);

/** Luhn, ISO/IEC 7812-1 annex B. */
export const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

/** Does the text hold a payment card number? Card data never enters: privacy-rules §6. */
export const containsCardNumber = (text: string): boolean => {
  for (const [candidate] of text.matchAll(candidates)) {
    const digits = candidate.replace(/[ -]/g, '');
    if (looksIssued(digits) && passesLuhn(digits)) return true;
  }
  return false;
};

import { passesLuhn } from '@dittoo/kernel';

/** A UUID in its five groups is not a card number, even if it has only digits. */
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Groups of digits with at most two blanks, dots or dashes between them, not inside a longer word or identifier. */
const digitGroups = /(?<![0-9A-Za-z-])\+?\d+(?:[\s.\u2010-\u2015-]{1,2}\d+)*(?![0-9A-Za-z-])/g;

const shortest = 13;
const longest = 19;
/** ITU-T E.164: a number after a `+` has at most 15 digits, and sometimes looks like a card number of that length. */
const longestPhone = 15;

/** First digits and lengths that payment cards are issued with (ISO/IEC 7812 ranges of the large schemes). */
const looksIssued = (digits: string): boolean =>
  (/^4/.test(digits) && [13, 16, 19].includes(digits.length)) || // Visa
  (/^(5[1-5]|2(20[0-5]|22[1-9]|2[3-9]|[3-6]|7[01]|720))/.test(digits) && digits.length === 16) || // Mastercard, Mir
  (/^3[47]/.test(digits) && digits.length === 15) || // American Express
  (/^3(0[0-5]|09|[689])/.test(digits) && digits.length >= 14) || // Diners Club
  (/^35/.test(digits) && digits.length >= 16) || // JCB
  (/^(50|5[6-9]|6)/.test(digits) && digits.length >= 15); // Maestro, Dankort, Discover, UnionPay, RuPay

/**
 * Whether the text contains a payment card number, plain, in groups, or beside an expiry date and a security code. Card
 * data is never accepted: privacy-rules §6. About one in ten digit sequences with the length and prefix of a card
 * passes by chance.
 */
export const containsCardNumber = (text: string): boolean => {
  // NFKC: full-width digits and no-break blanks are digits and blanks.
  for (const [run] of text.normalize('NFKC').replace(uuid, ' ; ').matchAll(digitGroups)) {
    const groups = run.match(/\d+/g)!;
    for (let first = 0; first < groups.length; first++) {
      const least = first === 0 && run.startsWith('+') ? longestPhone + 1 : shortest;
      let digits = '';
      for (let last = first; last < groups.length && digits.length <= longest; last++) {
        digits += groups[last]!;
        if (digits.length < least || digits.length > longest) continue;
        if (looksIssued(digits) && passesLuhn(digits)) return true;
      }
    }
  }
  return false;
};

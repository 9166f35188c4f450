import { classOf, gap, joint, unseen } from './character-classes.js';

/** A UUID in its five groups is not a card number, even if it has only digits. */
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

const shortest = 13;
const longest = 19;
/** ITU-T E.164: a number after a `+` has at most 15 digits, and sometimes looks like a card number of that length. */
const longestPhone = 15;
/** Between two groups of one number; characters that nobody sees are not counted. */
const mostSeparators = 3;
const plus = 0x2b;
const blank = 0x20;

/**
 * Whether the text contains a payment card number: plain, in groups with any separators, touching letters, in digits of
 * any script, as HTML entities, or beside an expiry date and a security code. Card data is never accepted: privacy-rules
 * §6. About one in ten digit sequences with the length and prefix of a card passes by chance.
 *
 * One pass over the text, whatever is in it: 256 KiB of the worst text take some milliseconds.
 */
export const containsCardNumber = (text: string): boolean => {
  if (text.length < shortest) return false;
  const decoded = text.includes('&') ? withoutEntities(text) : text;
  return hasCardNumber(decoded.includes('-') ? decoded.replace(uuid, ' ; ') : decoded);
};

/** Digits as HTML writes them, and the blank that stays on the line. */
const withoutEntities = (text: string): string =>
  text
    .replace(/&#(\d{1,7});?|&#x([0-9a-f]{1,6});?/gi, (_entity, decimal?: string, hex?: string) => {
      const codePoint = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : ' ';
    })
    .replace(/&(nbsp|ensp|emsp|thinsp|shy|zwnj|zwj);/g, ' ');

const hasCardNumber = (text: string): boolean => {
  const run = new Run(text.length);
  let separators = 0;
  let afterPlus = false;
  let inGroup = false;
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at)!;
    if (codePoint > 0xffff) at++;
    const found = classOf(codePoint);
    if (found === unseen) continue;
    if (found <= 9) {
      run.push(found, inGroup ? within : afterPlus ? afterPlusSign : groupStart);
      inGroup = true;
      separators = 0;
      continue;
    }
    inGroup = false;
    afterPlus = codePoint === plus;
    const joins = found === joint || (found === gap && classOf(text.codePointAt(at + 1) ?? blank) <= 9);
    if (joins && ++separators <= mostSeparators) continue;
    if (run.endsWithCard()) return true;
    separators = 0;
  }
  return run.endsWithCard();
};

/** Where a digit stands. */
const within = 0;
const groupStart = 1;
const afterPlusSign = 2;

/** Groups of digits with few separators between them. A card number begins and ends with a group. */
class Run {
  private readonly digits: Uint8Array;
  private readonly places: Uint8Array;
  private length = 0;

  constructor(mostDigits: number) {
    this.digits = new Uint8Array(mostDigits);
    this.places = new Uint8Array(mostDigits);
  }

  push(digit: number, place: number): void {
    this.digits[this.length] = digit;
    this.places[this.length] = place;
    this.length++;
  }

  /** Looks through the run, and forgets it. */
  endsWithCard(): boolean {
    const found = this.length >= shortest && this.hasCard();
    this.length = 0;
    return found;
  }

  private hasCard(): boolean {
    const { digits, length, places } = this;
    const sums = luhnSums(digits, length);
    for (let start = 0; start <= length - shortest; start++) {
      // No card begins with another digit.
      if (places[start] === within || digits[start]! < 2 || digits[start]! > 6) continue;
      const most = length < start + longest ? length : start + longest;
      for (let end = start + (places[start] === afterPlusSign ? longestPhone + 1 : shortest); end <= most; end++) {
        if (end < length && places[end] === within) continue;
        const sum = sums[(end - 1) & 1]!;
        if ((sum[end]! - sum[start]!) % 10 === 0 && isIssued(digits, start, end - start)) return true;
      }
    }
    return false;
  }
}

/**
 * Running Luhn sums (ISO/IEC 7812-1 annex B), one in which the digits at even places are not doubled, one for odd
 * places: the sum of any part is a subtraction.
 */
const luhnSums = (digits: Uint8Array, length: number): readonly [Int32Array, Int32Array] => {
  const even = new Int32Array(length + 1);
  const odd = new Int32Array(length + 1);
  for (let place = 0; place < length; place++) {
    const digit = digits[place]!;
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2;
    const isEven = (place & 1) === 0;
    even[place + 1] = even[place]! + (isEven ? digit : doubled);
    odd[place + 1] = odd[place]! + (isEven ? doubled : digit);
  }
  return [even, odd];
};

/** First digits and lengths that payment cards are issued with (ISO/IEC 7812 ranges of the large schemes). */
const isIssued = (digits: Uint8Array, start: number, length: number): boolean => {
  const prefix = digits[start]! * 1000 + digits[start + 1]! * 100 + digits[start + 2]! * 10 + digits[start + 3]!;
  const two = (prefix - (prefix % 100)) / 100;
  const three = (prefix - (prefix % 10)) / 10;
  return (
    (two >= 40 && two <= 49 && [13, 16, 19].includes(length)) || // Visa
    (((two >= 51 && two <= 55) || (prefix >= 2200 && prefix <= 2720 && (prefix <= 2205 || prefix > 2220))) &&
      length === 16) || // prettier-ignore
    ((two === 34 || two === 37) && length === 15) || // American Express
    (((three >= 300 && three <= 305) || three === 309 || two === 36 || two === 38 || two === 39) && length >= 14) || // Diners Club
    (two === 35 && length >= 16) || // JCB
    ((two === 50 || (two >= 56 && two <= 69)) && length >= 15) // Maestro, Dankort, Discover, UnionPay, RuPay
  );
};

import { DomainError } from '@dittoo/kernel';
import { parsePersonnummer } from '@dittoo/personal-data';
import { dayOf } from '@dittoo/processor-register';
/**
 * The 12 digits of what somebody typed; only here the clock decides a century, and it is Sweden's: at new year the year
 * is another there an hour earlier.
 *
 * @throws DomainError `invalid-personnummer` with the word of the rule it broke, never the number
 */
export const readPersonnummer = (input, now, field) => {
  const parsed = parsePersonnummer(input, dayOf(now));
  if (!parsed.valid) throw new DomainError('invalid-personnummer', undefined, [{ field, message: parsed.problem }]);
  return parsed.digits;
};
//# sourceMappingURL=personnummer-input.js.map

import { DomainError } from '@dittoo/kernel';
import { parsePersonnummer } from '@dittoo/personal-data';
import { dayOf } from '@dittoo/processor-register';

/**
 * The 12 digits of a typed personnummer. The century is decided by the date in Sweden, where the new year begins an
 * hour before UTC.
 *
 * @throws DomainError `invalid-personnummer` with the name of the broken rule, never the number
 */
export const readPersonnummer = (input: string, now: string, field: string): string => {
  const parsed = parsePersonnummer(input, dayOf(now));
  if (!parsed.valid) throw new DomainError('invalid-personnummer', undefined, [{ field, message: parsed.problem }]);
  return parsed.digits;
};

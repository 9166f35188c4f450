import { purposeOf } from './processors.js';
import type { Register } from './register.js';

export type FieldFilterAnswer =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      /** The names that are not allowed; all of them where the purpose itself is not. */
      readonly refused: readonly string[];
      readonly reason: 'purpose-not-granted' | 'field-not-allowed';
    };

/**
 * Whether this processor may receive exactly these fields for this purpose. One field too many refuses the whole:
 * nothing is stripped, so a wrong request is noticed instead of partly sent. Names are case-sensitive.
 */
export const fieldFilter = (
  register: Register,
  processorId: string,
  purpose: string,
  fieldNames: readonly string[],
): FieldFilterAnswer => {
  const grant = purposeOf(register, processorId, purpose);
  if (grant === null) return { allowed: false, refused: [...fieldNames], reason: 'purpose-not-granted' };
  const refused = fieldNames.filter((name) => !grant.fields.includes(name) && !grant.nonPersonalFields.includes(name));
  return refused.length === 0 ? { allowed: true } : { allowed: false, refused, reason: 'field-not-allowed' };
};

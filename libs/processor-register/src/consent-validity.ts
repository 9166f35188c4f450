import { addDuration } from './calendar.js';
import { member, type Register } from './register.js';

/**
 * The instant from which a consent given at `givenAt` no longer permits anything, RFC 3339; `null` = it holds until it
 * is withdrawn. A period of days, months and years ends at the same time of day as it began, UTC.
 */
export const consentEndsAt = (register: Register, purpose: string, givenAt: string): string | null => {
  const validity = member(register.purposes, purpose)?.consentValidity;
  if (validity == null) return null;
  const given = new Date(givenAt).toISOString();
  return `${addDuration(given.slice(0, 10), validity)}${given.slice(10)}`;
};

/** Whether any consent expires. */
export const someConsentsEnd = (register: Register): boolean =>
  Object.values(register.purposes).some(({ consentValidity }) => consentValidity != null);

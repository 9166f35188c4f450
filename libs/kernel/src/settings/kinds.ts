/** The kinds of settings that several programs have. Each refuses in words and never repeats the text it was given. */
import { resolve } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { setting, type Description, type Setting, type ValueOf } from './setting.js';

/** Any text, or what `pattern` accepts; then `must` says what that is. */
export const text = <const D extends Description & { readonly pattern?: RegExp; readonly must?: string }>(
  variable: string,
  description: D,
): Setting<ValueOf<string, D>> =>
  setting(variable, description, (given) => {
    if (description.pattern?.test(given) === false) throw new Error(`${variable} must ${description.must}`);
    return given;
  });

/** A file or directory; the value is its absolute path. */
export const path = <const D extends Description>(variable: string, description: D): Setting<ValueOf<string, D>> =>
  setting(variable, description, (given) => resolve(given));

export const wholeNumber = <const D extends Description & { readonly least: number; readonly most: number }>(
  variable: string,
  description: D,
): Setting<ValueOf<number, D>> =>
  setting(variable, description, (given) => {
    const { least, most } = description;
    // Digits alone: JavaScript reads `1e4` and `0x50` as numbers, but they are typing mistakes.
    if (!/^\d{1,15}$/.test(given) || Number(given) < least || Number(given) > most) {
      throw new Error(`${variable} must be a whole number from ${least} to ${most}`);
    }
    return Number(given);
  });

/** 0 asks the system for a free port. */
export const port = <const D extends Description>(variable: string, description: D): Setting<ValueOf<number, D>> =>
  wholeNumber(variable, { ...description, least: 0, most: 65_535 });

/** A number from 0 to 1. */
export const share = <const D extends Description>(variable: string, description: D): Setting<ValueOf<number, D>> =>
  setting(variable, description, (given) => {
    if (!(Number(given) >= 0 && Number(given) <= 1)) throw new Error(`${variable} must be a share from 0 to 1`);
    return Number(given);
  });

export const oneOf = <const T extends string, const D extends Description>(
  variable: string,
  choices: readonly T[],
  description: D,
): Setting<ValueOf<T, D>> =>
  setting(variable, description, (given) => {
    const choice = choices.find((each) => each === given);
    if (choice === undefined) throw new Error(`${variable} must be one of ${choices.join(', ')}`);
    return choice;
  });

/** A URL of one of `protocols` (`'https:'`); the value is the text. */
export const url = <const D extends Description & { readonly protocols: readonly string[] }>(
  variable: string,
  description: D,
): Setting<ValueOf<string, D>> =>
  setting(variable, description, (given) => {
    const parsed = URL.canParse(given) ? new URL(given) : undefined;
    if (parsed === undefined || !description.protocols.includes(parsed.protocol)) {
      const beginnings = description.protocols.map((protocol) => `${protocol}//`).join(' or ');
      throw new Error(`${variable} must be a URL that starts with ${beginnings}`);
    }
    return given;
  });

/** ISO 8601 duration of days (of 24 hours) and smaller -> ms. @throws Error naming `variable` */
export const durationMs = (given: string, variable: string): number => {
  try {
    // Without a date to count from, months and years have no length: a RangeError.
    return Temporal.Duration.from(given).total('milliseconds');
  } catch {
    throw new Error(`${variable} must be an ISO 8601 duration like PT0S or P30D`);
  }
};

/** An ISO 8601 duration, not shorter than `least`; the value is in milliseconds. */
export const duration = <const D extends Description & { readonly least?: string; readonly because?: string }>(
  variable: string,
  description: D,
): Setting<ValueOf<number, D>> =>
  setting(variable, { unit: 'ISO 8601 duration', ...description }, (given) => {
    const { least, because } = description;
    const ms = durationMs(given, variable);
    if (least !== undefined && ms < durationMs(least, variable)) {
      throw new Error(`${variable} must be ${least} or more${because === undefined ? '' : `: ${because}`}`);
    }
    return ms;
  });

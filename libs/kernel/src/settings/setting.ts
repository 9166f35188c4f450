import { makeExactValidator, type ValidatorSpec } from 'envalid';

/** What a declaration says about a setting, for people. `docs/configuration.md` is made of it. */
export interface Description {
  /** What it is for: one English sentence. */
  readonly means: string;
  /** As it is written in the environment. A setting without one is `null` where it is not set. */
  readonly default?: string;
  /** In words, what holds where it is not set, for a setting that has no default or a default that differs. */
  readonly otherwise?: string;
  /** A value that is accepted. */
  readonly example: string;
  /** What a number counts. */
  readonly unit?: string;
  /** Its value opens something: a deployment takes it from a secret. */
  readonly isSecret?: true;
}

/** One variable of the environment. `Value` includes `null` where the setting has no default. */
export interface Setting<Value> {
  readonly variable: string;
  readonly description: Description;
  readonly spec: ValidatorSpec<NonNullable<Value>>;
  /** What it is where the variable is not set. */
  readonly fallback: Value;
}

export type ValueOf<T, D extends Description> = D extends { readonly default: string } ? T : T | null;

/**
 * Declares a setting of a kind that is not among those of `kinds.ts`.
 *
 * @param parse throws an Error whose message begins with the variable's name, says what to do, and never repeats the text
 * @throws Error where the default or the example is not accepted itself
 */
export const setting = <T extends string | number | object, const D extends Description>(
  variable: string,
  description: D,
  parse: (text: string, variable: string) => T,
): Setting<ValueOf<T, D>> => {
  const read = (text: string): T => parse(text, variable);
  read(description.example);
  const fallback = description.default === undefined ? null : read(description.default);
  const spec = makeExactValidator<T>(read)({
    desc: description.means,
    example: description.example,
    default: fallback ?? undefined,
  });
  return { variable, description, spec, fallback } as Setting<ValueOf<T, D>>;
};

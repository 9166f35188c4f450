import { customCleanEnv } from 'envalid';
import type { Setting } from './setting.js';

/** `process.env`, or what a spec puts in its place. Only `readSettings` reads from it: a variable has to be declared. */
export type Environment = object;

/** Settings by the names they have in the configuration. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The configuration that is read by these declarations. */
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K]['fallback'] };

/** What has to hold between settings: returns what is wrong, each a sentence that begins with a variable's name. */
export type Rule<Config> = (config: Config) => readonly string[];

/** A configuration that cannot be started with. Its message has every fault and no value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: readonly string[]) {
    super(faults.length === 1 ? faults[0] : `${faults.length} settings are wrong\n  ${faults.join('\n  ')}`);
  }
}

/**
 * Reads the declared variables. A variable that is set to nothing counts as not set.
 *
 * @param rules asked once every variable is right by itself
 * @throws SettingsError with all that is wrong
 */
export const readSettings = <S extends Settings>(
  environment: Environment,
  settings: S,
  rules: readonly Rule<ConfigOf<S>>[] = [],
): ConfigOf<S> => {
  const declared = Object.values(settings);
  const variables = new Set(declared.map(({ variable }) => variable));
  const given = Object.entries(environment).filter(([name, value]) => variables.has(name) && value !== '');
  const specs = Object.fromEntries(declared.map(({ variable, spec }) => [variable, spec]));
  const values: Readonly<Record<string, unknown>> = customCleanEnv(Object.fromEntries(given), specs, (clean) => clean, {
    reporter: ({ errors }) => {
      const faults = Object.values(errors).flatMap((error) => error?.message ?? []);
      if (faults.length > 0) throw new SettingsError(faults);
    },
  });
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, { variable, fallback }]) => [name, values[variable] ?? fallback]),
  ) as ConfigOf<S>;
  const faults = rules.flatMap((rule) => rule(config));
  if (faults.length > 0) throw new SettingsError(faults);
  return config;
};

/**
 * The results of several readers, for a program that has more than one configuration.
 *
 * @throws SettingsError with the faults of all of them, each once
 */
export const readTogether = <R extends Readonly<Record<string, () => unknown>>>(
  readers: R,
): { readonly [K in keyof R]: ReturnType<R[K]> } => {
  const faults: string[] = [];
  const results = Object.entries(readers).map(([name, read]) => {
    try {
      return [name, read()];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      faults.push(...error.faults);
      return [name, undefined];
    }
  });
  if (faults.length > 0) throw new SettingsError([...new Set(faults)]);
  return Object.fromEntries(results) as { readonly [K in keyof R]: ReturnType<R[K]> };
};

/** Two settings of which one says nothing without the other. */
export const bothOrNeither =
  <S extends Settings>(settings: S, one: keyof S, other: keyof S): Rule<ConfigOf<S>> =>
  (config) =>
    (config[one] === null) !== (config[other] === null)
      ? [`${settings[one]?.variable} and ${settings[other]?.variable} belong together: set both or neither`]
      : [];

/*
 * The texts that people read, in ICU MessageFormat: a catalogue for each language, `messages/<language>.json` of the app or
 * library they belong to. A catalogue is parsed once, when its module is loaded; one that is not right stops the start.
 */
import { MessageText, words, type ArgumentKind, type ArgumentValue } from './message-text.js';

type Texts<Language extends string, Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;
type Arguments = { readonly [name: string]: ArgumentKind };
type ArgumentsOf<Key extends string> = { readonly [Declares in Key]?: Arguments };

type ValueOf<Kind extends ArgumentKind> = Kind extends readonly string[]
  ? Kind[number] | 'other'
  : Kind extends 'number'
    ? number
    : Kind extends 'date'
      ? Date
      : string | number;
type ValuesOf<Names extends Arguments> = { readonly [Name in keyof Names]: ValueOf<Names[Name]> };

/** The texts of one catalogue in one language. */
export interface Messages<Key extends string, WithArguments extends ArgumentsOf<Key>> {
  /**
   * The text of a key, its placeholders filled. It is plain text: a page escapes it as a whole, a file quotes it.
   *
   * Dates are shown in Swedish local time.
   */
  format<Wanted extends Key>(
    key: Wanted,
    ...values: WithArguments[Wanted] extends Arguments ? [ValuesOf<WithArguments[Wanted]>] : []
  ): string;
  /** The text of a key that comes from data, where it has one without placeholders. */
  find(key: string): string | undefined;
}

/** A catalogue cannot be used. Each problem names the language and the key; nothing starts on half a catalogue. */
export class MessagesInvalid extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The message catalogue is not right:\n${problems.join('\n')}`);
    this.name = 'MessagesInvalid';
  }
}

/**
 * Parses a catalogue: `messages('sv').format('order.confirmed', { number })`. A key that is not there, or a value that is
 * missing or of another kind, does not compile.
 *
 * @param texts of each language, text by key: what the JSON files hold
 * @param withArguments the placeholders of every text that has some: what the code fills in
 * @throws MessagesInvalid at the start: mend the JSON file it names
 */
export const messageCatalogue = <
  const Language extends string,
  const Key extends string,
  const WithArguments extends ArgumentsOf<Key> = Record<never, never>,
>(
  texts: Texts<Language, Key>,
  withArguments?: WithArguments,
): ((language: Language) => Messages<Key, WithArguments>) => {
  const parsed = parse(texts);
  const problems = problemsOf(parsed, withArguments ?? {});
  if (problems.length > 0) throw new MessagesInvalid(problems);
  const languages = new Map([...parsed].map(([language, byKey]) => [language, messagesOf(byKey)]));
  return (language) => languages.get(language)!;
};

type Values = Readonly<Record<string, ArgumentValue>>;

const messagesOf = (byKey: ReadonlyMap<string, MessageText>) => ({
  format: (key: string, values?: Values): string => {
    const text = byKey.get(key);
    if (text === undefined) throw new Error(`The message catalogue has no text "${key}"`);
    return text.format(values);
  },
  find: (key: string): string | undefined => {
    const text = byKey.get(key);
    return text?.arguments.size === 0 ? text.format() : undefined;
  },
});

type Parsed = ReadonlyMap<string, ReadonlyMap<string, MessageText>>;

const parse = (texts: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Parsed =>
  new Map(
    Object.entries(texts).map(([language, byKey]) => [
      language,
      new Map(Object.entries(byKey).map(([key, text]) => [key, new MessageText(text, language)])),
    ]),
  );

/** What is wrong within a language, between the languages, and between them and the code. */
const problemsOf = (parsed: Parsed, declared: { readonly [key: string]: Arguments | undefined }): string[] => {
  const keys = new Set([...[...parsed.values()].flatMap((byKey) => [...byKey.keys()]), ...Object.keys(declared)]);
  return [...parsed].flatMap(([language, byKey]) =>
    [...keys].flatMap((key) => {
      const text = byKey.get(key);
      const problems = text === undefined ? ['is missing'] : [...text.problems, ...strayArguments(text, declared[key])];
      return problems.map((problem) => `${language} "${key}" ${problem}`);
    }),
  );
};

const strayArguments = (text: MessageText, declared: Arguments = {}): string[] => {
  if (text.problems.length > 0) return [];
  const names = new Set([...text.arguments.keys(), ...Object.keys(declared)]);
  return [...names].flatMap((name) => {
    const [used, given] = [words(text.arguments.get(name)), words(declared[name])];
    return used === given ? [] : [`uses {${name}} as ${used}, the program gives ${given}`];
  });
};

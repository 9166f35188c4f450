import { IntlMessageFormat } from 'intl-messageformat';

/** What a placeholder takes; a list holds the options of a `select` beside `other`. */
export type ArgumentKind = 'text' | 'number' | 'date' | readonly string[];
export type ArgumentValue = string | number | Date;

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** By the numbers the parser gives to the types of its elements. */
const kindsOfElements = ['literal', 'text', 'number', 'date', 'date', 'select', 'number', 'literal', 'tag'] as const;

const numberStyles = ['integer', 'percent'];
const dateStyles = ['short', 'medium', 'long', 'full'];

/** English as in Europe: the day before the month, 24 hours. */
const locales: Readonly<Record<string, string>> = { sv: 'sv-SE', en: 'en-GB' };

const timeZone = 'Europe/Stockholm';
const formats = new Map<string, unknown>();

/** An `Intl` object costs more to make than a hundred texts to format: one for each locale and options. */
const madeOnce = <Options extends object, Format>(
  name: string,
  make: (locale: string, options?: Options) => Format,
) => {
  return (locale: string | string[] = [], options?: Options): Format => {
    const key = `${name} ${String(locale)} ${JSON.stringify(options)}`;
    if (!formats.has(key)) formats.set(key, make(String(locale), options));
    return formats.get(key) as Format;
  };
};

const formatters = {
  getNumberFormat: madeOnce('number', (locale, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options)), // prettier-ignore
  getDateTimeFormat: madeOnce('date', (locale, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options })), // prettier-ignore
  getPluralRules: madeOnce('plural', (locale, options?: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options)), // prettier-ignore
};

/** One text in one language, parsed once. Its dates are those of Swedish local time. */
export class MessageText {
  readonly arguments = new Map<string, ArgumentKind>();
  /** What is wrong with the text, in words for its translator. */
  readonly problems: string[] = [];
  private readonly message: IntlMessageFormat | undefined;
  private readonly text: string | undefined;

  constructor(source: unknown, language: string) {
    if (typeof source !== 'string' || source.trim() === '') {
      this.problems.push('has no text');
      return;
    }
    if (/[<>]/.test(source)) this.problems.push('holds < or >: a text is no markup');
    try {
      // A text is no markup, so a tag is not looked for.
      this.message = new IntlMessageFormat(source, locales[language] ?? language, undefined, {
        ignoreTag: true,
        formatters,
      });
    } catch (error) {
      this.problems.push(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const elements = this.message.getAst();
    this.examine(elements);
    if (this.arguments.size === 0) this.text = String(this.message.format());
  }

  /** The text with its placeholders filled; what a value holds is never read as a placeholder. */
  format(values?: Readonly<Record<string, ArgumentValue>>): string {
    return this.text ?? String(this.message?.format({ ...values }));
  }

  private examine(elements: readonly Element[]): void {
    for (const element of elements) {
      const kind = kindsOfElements[element.type];
      if (kind === 'select' && 'options' in element) this.add(element.value, optionsOf(element.options));
      else if (kind !== 'literal' && kind !== 'select' && kind !== 'tag' && 'value' in element) this.add(element.value, kind); // prettier-ignore
      this.checkStyle(element);
      if ('options' in element) for (const { value } of Object.values(element.options)) this.examine(value);
    }
  }

  /** The library passes over an unknown style in silence. What begins with `::` is a skeleton, which the parser checks. */
  private checkStyle(element: Element): void {
    if (!('style' in element) || typeof element.style !== 'string') return;
    const known = kindsOfElements[element.type] === 'number' ? numberStyles : dateStyles;
    if (!known.includes(element.style)) {
      this.problems.push(`has the style ${element.style}, known are ${known.join(', ')}`);
    }
  }

  /** `{count, plural, …}` and `{count}` in one text are one argument, a number. */
  private add(name: string, kind: ArgumentKind): void {
    const before = this.arguments.get(name) ?? kind;
    const wider = before === 'text' ? kind : before;
    this.arguments.set(name, wider);
    const fits = (one: ArgumentKind) => String(one) === String(wider) || (one === 'text' && wider !== 'date');
    if (!fits(before) || !fits(kind)) this.problems.push(`uses {${name}} as ${words(before)} and as ${words(kind)}`);
  }
}

const optionsOf = (options: object): string[] => Object.keys(options).filter((option) => option !== 'other');

/** `text`, `number`, `date`, or the options of a choice. */
export const words = (kind: ArgumentKind | undefined): string =>
  typeof kind === 'object' ? `a choice of ${[...kind].sort().join(', ')}` : (kind ?? 'nothing');

import { newId } from '@dittoo/kernel';
import canonicalize from 'canonicalize';

/** The RFC 8785 form. */
export const canonicalText = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this has no JSON form');
  return text;
};

/** The storage of a copy's parts, numbered from 0 in each list. */
export interface CopyParts {
  put(list: number, number: number, content: Buffer): Promise<void>;
  get(list: number, number: number): Promise<Buffer>;
}

/**
 * The structure of a copy: the texts between its lists (one more than there are lists), and the length of each list.
 */
export interface CopyContents {
  readonly texts: readonly string[];
  readonly lists: readonly { readonly name: string; readonly list: number; readonly parts: number }[];
}

const partCharacters = 128 * 1024;

interface OpenList {
  readonly list: number;
  waiting: string[];
  characters: number;
  parts: number;
}

/**
 * Writes a copy whose lists may have any length: entries are added to the lists in any order, and each list is stored
 * in parts of whole entries. In memory is one part of each list.
 *
 * The canonical form sorts keys but not the entries of lists: so the text is that of the copy without its lists (the
 * "frame"), split at their places.
 */
export class CopyWriter {
  private readonly mark = newId();
  private readonly lists = new Map<string, OpenList>();

  /** @param firstList the number of the first list */
  constructor(
    private readonly parts: CopyParts,
    private readonly firstList = 0,
  ) {}

  async add(name: string, entry: object): Promise<void> {
    const list = this.open(name);
    const text = canonicalText(entry);
    list.waiting.push(text);
    list.characters += text.length + 1;
    if (list.characters >= partCharacters) await this.flush(list);
  }

  /** The placeholder of a list in the frame. No text of a person can be mistaken for it. */
  placeOf(name: string): string {
    return `${this.mark}:${name}`;
  }

  async finish(frame: object): Promise<CopyContents> {
    const cut = canonicalText(frame).split(new RegExp(`"${this.mark}:([^"]+)"`));
    const names = cut.filter((_, index) => index % 2 === 1);
    const texts = cut.filter((_, index) => index % 2 === 0);
    for (const [name, list] of this.lists) {
      await this.flush(list);
      if (!names.includes(name)) throw new Error(`the copy has no place for the list ${name}`);
    }
    const lists = names.map((name) => {
      const { list, parts } = this.open(name);
      return { name, list, parts };
    });
    const last = texts.length - 1;
    return {
      texts: texts.map((text, index) => `${index === 0 ? '' : ']'}${text}${index === last ? '' : '['}`),
      lists,
    };
  }

  private open(name: string): OpenList {
    const known = this.lists.get(name);
    if (known !== undefined) return known;
    const list = { list: this.firstList + this.lists.size, waiting: [], characters: 0, parts: 0 };
    this.lists.set(name, list);
    return list;
  }

  private async flush(list: OpenList): Promise<void> {
    if (list.waiting.length === 0) return;
    const text = `${list.parts === 0 ? '' : ','}${list.waiting.join(',')}`;
    await this.parts.put(list.list, list.parts, Buffer.from(text, 'utf8'));
    list.parts++;
    list.waiting = [];
    list.characters = 0;
  }
}

/** Yields the whole text, part by part. */
export async function* textOf({ lists, texts }: CopyContents, parts: CopyParts): AsyncGenerator<Buffer> {
  for (const [index, text] of texts.entries()) {
    yield Buffer.from(text, 'utf8');
    const list = lists[index];
    for (let number = 0; number < (list?.parts ?? 0); number++) yield await parts.get(list!.list, number);
  }
}

/** Yields the entries of one list, reading one part at a time. */
export async function* entriesOf<T>({ lists }: CopyContents, parts: CopyParts, name: string): AsyncGenerator<T> {
  const list = lists.find((one) => one.name === name);
  for (let number = 0; number < (list?.parts ?? 0); number++) {
    const text = (await parts.get(list!.list, number)).toString('utf8');
    yield* JSON.parse(`[${number === 0 ? text : text.slice(1)}]`) as T[];
  }
}

/** The copy with every list empty. */
export const frameOf = ({ texts }: CopyContents): unknown => JSON.parse(texts.join(''));

export const isEmptyList = ({ lists }: CopyContents, name: string): boolean =>
  (lists.find((one) => one.name === name)?.parts ?? 0) === 0;

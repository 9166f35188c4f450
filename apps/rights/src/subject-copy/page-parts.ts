import { markup, type Html } from '@dittoo/processor-register';

/** The lists of a copy, each readable repeatedly. */
export interface Lists {
  of<T>(name: string): AsyncGenerator<T>;
  isEmpty(name: string): boolean;
}

export interface Section {
  readonly heading: string;
  readonly body: () => AsyncGenerator<Html>;
}

export async function* only(html: Html): AsyncGenerator<Html> {
  yield html;
}

export const paragraph = (text: string): AsyncGenerator<Html> => only(markup`<p>${text}</p>`);

/** A record with its named values. */
export const facts = (
  heading: string,
  last: string | null,
  named: readonly (readonly [name: string, value: string])[],
): Html => markup`<div class="card"><h3>${heading}</h3>${last === null ? '' : markup`<p>${last}</p>`}<dl>
${named.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl></div>
`;

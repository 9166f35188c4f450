import { htmlPageEnd, htmlPageStart, markup, type Html } from '@dittoo/processor-register';
import { messages, type CopyMessages } from '../messages/messages.js';
import { accessSections } from './access-page.js';
import { eventInWords } from './copied-text.js';
import { entriesOf, frameOf, isEmptyList, textOf, type CopyContents, type CopyParts } from './copy-contents.js';
import { facts, paragraph, type Lists, type Section } from './page-parts.js';
import { eventFieldsInWords, timeInWords } from './page-words.js';
import type { PortabilityCopy, ProvidedRecord } from './portability-copy.js';
import type { CopyFile } from './subject-copy-files.js';

/** Size of the pieces that are sent. */
const chunkCharacters = 64 * 1024;

/**
 * The copy as a page to read, print and keep: every value is escaped, there is no script, and the signed file is
 * inside. The page is generated while it is read, so only one part of the copy is in memory.
 */
export async function* subjectCopyPage(
  contents: CopyContents,
  parts: CopyParts,
  filename: string,
): AsyncGenerator<Buffer> {
  let waiting = '';
  for await (const { text } of markupOf(contents, parts, filename)) {
    waiting += text;
    if (waiting.length < chunkCharacters) continue;
    yield Buffer.from(waiting, 'utf8');
    waiting = '';
  }
  yield Buffer.from(waiting, 'utf8');
}

async function* markupOf(contents: CopyContents, parts: CopyParts, filename: string): AsyncGenerator<Html> {
  const { copy, signature } = frameOf(contents) as CopyFile;
  const texts = messages(copy.language);
  const lists: Lists = {
    of: (name) => entriesOf(contents, parts, name),
    isEmpty: (name) => isEmptyList(contents, name),
  };
  const [title, sections] =
    copy.format === 'urn:dittoo:subject-copy:access:3'
      ? [texts.format('copy.title.access'), accessSections(copy, lists, texts)]
      : [texts.format('copy.title.portability'), portabilitySections(copy, lists, texts)];
  yield htmlPageStart({ language: copy.language, title: `${title} - ${copy.dataController.name}` });
  yield markup`<a class="skip" href="#content">${texts.format('copy.skip')}</a>
<header>
<h1>${title}</h1>
<p class="lead">${texts.format('copy.preparedAt', { at: timeInWords(copy.preparedAt, texts) })}</p>
<nav aria-label="${texts.format('copy.contents')}"><ol>
${sections.map(({ heading }, index) => markup`<li><a href="#s${index}">${heading}</a></li>\n`)}</ol></nav>
</header>
<main id="content">
`;
  for (const [index, { body, heading }] of sections.entries()) {
    yield markup`<section aria-labelledby="s${index}">
<h2 id="s${index}">${heading}</h2>
`;
    yield* body();
    yield markup`</section>\n`;
  }
  yield markup`</main>
<footer><p><a download="${filename.replace(/\.html$/, '.json')}" href="data:application/json;base64,`;
  for await (const text of inBase64(textOf(contents, parts))) yield markup`${text}`;
  yield markup`">${texts.format('copy.file')}</a></p>
<p>${texts.format('copy.signed', { keys: signature.keys })}</p></footer>`;
  yield htmlPageEnd;
}

/** Three bytes become four characters, so the remainder of one part is encoded with the next. */
async function* inBase64(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let left: Buffer = Buffer.alloc(0);
  for await (const part of content) {
    const bytes = Buffer.concat([left, part]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    left = bytes.subarray(whole);
  }
  yield left.toString('base64');
}

async function* each<T>(entries: AsyncIterable<T>, htmlOf: (entry: T) => Html): AsyncGenerator<Html> {
  for await (const entry of entries) yield htmlOf(entry);
}

const portabilitySections = (copy: PortabilityCopy, lists: Lists, texts: CopyMessages): Section[] => [
  {
    heading: texts.format('copy.data.heading'),
    body: () =>
      lists.isEmpty('records')
        ? paragraph(texts.format('copy.data.none'))
        : each(lists.of<ProvidedRecord>('records'), ({ data, providedAt, type }) => {
            const named = eventFieldsInWords(type, data, texts);
            return facts(eventInWords(type, copy.language), timeInWords(providedAt, texts), named);
          }),
  },
];

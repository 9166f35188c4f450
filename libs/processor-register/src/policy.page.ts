import { type Html, htmlPage, htmlTable, markup } from './html.js';
import { messages } from './messages/messages.js';
import type { PolicyBlock, PolicyDocument } from './policy-document.js';

/** The policy as a whole HTML page: responsive, accessible, without a script or anything fetched from elsewhere. */
export const policyPage = (document: PolicyDocument): string => {
  const texts = messages(document.language);
  const version = texts.format('policy.version', { version: document.noticeVersion, from: document.noticeValidFrom });
  return htmlPage({
    language: document.language,
    title: document.title,
    body: markup`<a class="skip" href="#content">${texts.format('policy.skip')}</a>
<header>
<h1>${document.title}</h1>
<p class="lead">${version}</p>
<nav aria-label="${texts.format('policy.contents')}"><ol>
${document.sections.map(({ id, heading }) => markup`<li><a href="#${id}">${heading}</a></li>\n`)}</ol></nav>
</header>
<main id="content">
${document.sections.map(
  ({ id, heading, blocks }) => markup`<section aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${blocks.map(block)}</section>
`,
)}</main>
<footer><p>SHA-256 ${document.digest}</p></footer>`,
  });
};

const block = (content: PolicyBlock): Html => {
  switch (content.kind) {
    case 'paragraph':
      return markup`<p>${content.text}</p>\n`;
    case 'list':
      return markup`<ul>${content.items.map((item) => markup`<li>${item}</li>`)}</ul>\n`;
    case 'table':
      return htmlTable(content);
    case 'facts':
      return markup`<div class="card">${content.heading === null ? '' : markup`<h3>${content.heading}</h3>`}<dl>
${content.entries.map(
  ({ term, text, href }) =>
    markup`<dt>${term}</dt><dd>${href === undefined ? text : markup`<a href="${href}">${text}</a>`}</dd>\n`,
)}</dl></div>\n`;
  }
};

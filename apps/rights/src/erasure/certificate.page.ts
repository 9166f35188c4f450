import type { DataCategory } from '@dittoo/kernel';
import { htmlPage, markup, textIn, type Html, type Language, type Register } from '@dittoo/processor-register';
import { messages, type CopyMessages } from '../messages/messages.js';
import type { CertificateAnswer } from './certificate.http.js';

/** Where the keys are that verify the signature. */
const keysPath = '/.well-known/document-keys.json';

/** The certificate of an erasure as a page to read: what is gone, what stays, why and until when, and who was told. */
export const certificatePage = (
  { certificate, jws }: CertificateAnswer,
  register: Register,
  language: Language,
  jsonHref: string,
): string => {
  const texts = messages(language);
  const { keys, outcome, recipients, requestId, retained } = certificate;
  const category = (name: string): string => textIn(register.dataCategories[name as DataCategory].label, language);
  const erased = [...new Set(keys.map((key) => key.category))].filter((name) =>
    Object.hasOwn(register.dataCategories, name),
  );
  const whole = retained.filter(({ scopes }) => scopes === undefined).map((kept) => kept.category);
  const title = texts.format('certificate.title');
  return htmlPage({
    language,
    title: `${title} - ${certificate.issuer}`,
    body: markup`<header>
<h1>${title}</h1>
<p class="lead">${texts.format(outcome === 'done' ? 'certificate.done' : 'certificate.partlyDone', { issuer: certificate.issuer })}</p>
</header>
<main>
<section><h2>${texts.format('certificate.erased.heading')}</h2>
<p>${texts.format('certificate.erased.text')}</p>
<ul>${erased.filter((name) => !whole.includes(name)).map((name) => markup`<li>${category(name)}</li>\n`)}</ul></section>
<section><h2>${texts.format('certificate.retained.heading')}</h2>
${
  retained.length === 0
    ? markup`<p>${texts.format('certificate.retained.none')}</p>`
    : markup`<ul>${retained.map(
        (kept) =>
          markup`<li>${texts.format('certificate.retained.item', {
            category: category(kept.category),
            reason: reasonInWords(kept.reason, texts),
            until: new Date(`${kept.until}T12:00:00Z`),
          })}</li>\n`,
      )}</ul>`
}</section>
<section><h2>${texts.format('certificate.recipients.heading')}</h2>
${recipientList(recipients, texts)}</section>
<section><h2>${texts.format('certificate.about.heading')}</h2>
<div class="card"><dl>
<dt>${texts.format('certificate.about.received')}</dt><dd>${texts.format('copy.time', { at: new Date(certificate.receivedAt) })}</dd>
<dt>${texts.format('certificate.about.answered')}</dt><dd>${texts.format('copy.time', { at: new Date(certificate.answeredAt) })}</dd>
<dt>${texts.format('certificate.about.requestId')}</dt><dd>${requestId}</dd>
</dl></div>
<p>${texts.format('certificate.complaint')}</p></section>
</main>
<footer><p>${texts.format('certificate.signed', { keys: keysPath })}</p>
<p><a href="${jsonHref}">${texts.format('certificate.json')}</a></p>
<p>${jws}</p></footer>`,
  });
};

const recipientList = (recipients: CertificateAnswer['certificate']['recipients'], texts: CopyMessages): Html =>
  recipients.length === 0
    ? markup`<p>${texts.format('certificate.recipients.none')}</p>`
    : markup`<ul>${recipients.map(({ processorName, reason, state }) => {
        const held =
          reason === 'nothingHeld' ? 'nothingHeld' : state === 'acknowledged' ? 'acknowledged' : 'unconfirmed';
        return markup`<li>${processorName}: ${texts.format(`certificate.recipients.${held}`)}</li>\n`;
      })}</ul>`;

const reasonInWords = (reason: string, texts: CopyMessages): string => texts.find(`copy.reason.${reason}`) ?? reason;

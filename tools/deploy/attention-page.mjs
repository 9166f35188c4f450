/** `docs/attention.md`, made of the kinds of attention items, what opens and closes them, and their texts. */
import { attentionSources } from '@dittoo/audit';
import { attentionKinds, attentionSeverities } from '@dittoo/contracts';
import { format } from 'prettier';
import texts from '../../apps/audit/dist/messages/en.json' with { type: 'json' };

/** @typedef {import('@dittoo/contracts').AttentionKind} AttentionKind */

const intro = `<!-- Written by \`npm run deploy:generate\` from \`attention.events.ts\`, \`attention-sources.ts\` and the messages of audit; change those. -->

# What a person must look at

Whatever the shop cannot settle by itself is an attention item. It is recorded in the log (\`AttentionOpened\`), shown by
\`GET /api/v1/operations/attention\` (staff and officers), counted by kind in \`attention\` of every service's \`/health/ready\` and in the
metric \`dittoo_attention_items{kind}\`, and alarmed by one alert for each kind (\`DittooAttention…\`). The log line of an opened item is
\`attention.opened\`, with its id and kind.

An item closes by itself when its fact holds no more. \`POST /api/v1/operations/attention/{id}/closure\` closes it by hand, with a reason,
which is sealed; the same fact does not open it again then, a new one does.
`;

/** @type {(names: readonly string[]) => string} */
const list = (names) => names.map((name) => `\`${name}\``).join(', ');

/** @type {(kind: AttentionKind) => { opens: string, closes: string }} */
const sourcesOf = (kind) => {
  const source = attentionSources[kind];
  if ('watchedBy' in source) {
    return { opens: `watched by ${source.watchedBy}`, closes: source.closes === 'byHand' ? 'by hand' : 'by the watch' };
  }
  const closes = source.closes === 'byHand' ? 'by hand' : list(Object.keys(source.closes));
  return { opens: list(Object.keys(source.opens)), closes };
};

/** @type {(kind: AttentionKind) => string} */
const row = (kind) => {
  const { closes, opens } = sourcesOf(kind);
  const [happened, todo] = [texts[`attention.${kind}.happened`], texts[`attention.${kind}.todo`]];
  return `| \`${kind}\` | ${attentionSeverities[kind]} | ${happened} | ${todo} | ${opens} | ${closes} |`;
};

/** @returns {Promise<string>} */
export const attentionPage = () => {
  const head =
    '| kind | severity | what happened | what to do | opened | closed |\n| --- | --- | --- | --- | --- | --- |';
  return format([intro, [head, ...attentionKinds.map(row)].join('\n')].join('\n'), {
    parser: 'markdown',
    printWidth: 120,
  });
};

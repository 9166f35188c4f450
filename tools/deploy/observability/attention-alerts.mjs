/** One alert for each kind of attention item, in the words of the list itself. */
import { attentionKinds, attentionSeverities } from '@dittoo/contracts';
import texts from '../../../apps/audit/dist/messages/en.json' with { type: 'json' };

/** @typedef {import('./alerts.mjs').Alert} Alert */
/** @typedef {import('@dittoo/contracts').AttentionKind} AttentionKind */

/** @type {(kind: AttentionKind) => string} */
const capitalised = (kind) => kind.charAt(0).toUpperCase() + kind.slice(1);

/** @type {Alert[]} */
export const attentionAlerts = attentionKinds.map((kind) => ({
  alert: `DittooAttention${capitalised(kind)}`,
  expr: `max(dittoo_attention_items{kind="${kind}"}) > 0`,
  for: '0m',
  labels: { severity: attentionSeverities[kind] },
  annotations: {
    summary: texts[`attention.${kind}.happened`],
    description: `${texts[`attention.${kind}.todo`]} Which: GET /api/v1/operations/attention?kind=${kind}.`,
  },
}));

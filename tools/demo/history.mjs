/** A customer's events as the compliance officer sees them. */
import { paint } from './narration.mjs';
import { api, until } from './shop.mjs';

/**
 * @typedef {object} HistoryEvent
 * @property {string | number} position
 * @property {string} recordedAt
 * @property {string} stream
 * @property {string} type
 * @property {{ kind: string }} actor
 * @property {Record<string, any>} fields an erased one is `{ erased: true }`
 * @property {{ category: string, reason: string, until: string }} [retained]
 */

/**
 * The whole history; with `last`, once an event of that type is in it.
 *
 * @param {string} customerId
 * @param {import('./shop.mjs').CallOptions} officer
 * @param {string} [last]
 * @returns {Promise<HistoryEvent[]>}
 */
export const replay = (customerId, officer, last) =>
  until('the history is there', async () => {
    /** @type {{ items: HistoryEvent[] }} */
    const { items } = (await api('GET', `/audit/subjects/${customerId}/events`, officer)).answer;
    return (last === undefined || items.some(({ type }) => type === last)) && items;
  });

/** @param {HistoryEvent} event */
export const historyLine = ({ position, recordedAt, type, actor, fields }) => {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== null && !Array.isArray(value))
    .map(([name, value]) =>
      value?.erased === true
        ? `${name}: ${paint('31', 'erased')}`
        : typeof value === 'object'
          ? name
          : `${name}: ${short(value)}`,
    );
  return `#${String(position).padStart(3)} ${recordedAt.slice(0, 19).replace('T', ' ')}  ${type.padEnd(24)} by ${actor.kind.padEnd(11)} ${shown.slice(0, 4).join(', ')}`;
};

/** @param {unknown} value */
const short = (value) => (String(value).length > 28 ? `${String(value).slice(0, 27)}…` : String(value));
